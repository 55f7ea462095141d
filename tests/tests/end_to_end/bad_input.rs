//! What is refused, by which name, and that it changes nothing.

use crate::stage::stage;
use anyhow::{Context, Result};
use ed25519_dalek::SigningKey;
use sheaf_client::keys::{read_keypair, write_keypair};
use sheaf_demo::{plan::Plan, scenario::Scenario};
use sheaf_format::digest::sha256;
use sheaf_protocol::{
    intake::LIMITS,
    statement::{Delegation, Signed, Submission, region_bytes, signing_key},
};
use solana_sdk::{account::Account, pubkey::Pubkey, signature::Keypair, signer::Signer};
use std::path::Path;

/// Nobody works on the job, and what is handed in stays where it is.
fn quiet() -> Plan {
    Plan {
        collect_slots: 100_000,
        ..Plan::small()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_gets_a_named_error_and_changes_nothing() -> Result<()> {
    let scenario = &stage("bad_input", quiet()).await?;
    let before = state(scenario).await?;
    commands_are_refused(scenario).await?;
    assert_eq!(state(scenario).await?, before);
    submissions_are_refused(scenario).await?;
    assert_eq!(state(scenario).await?, before);
    Ok(())
}

/// Everything on chain that a command could change.
async fn state(scenario: &Scenario) -> Result<Vec<Option<Account>>> {
    let addresses = scenario.chain.addresses();
    let accounts: [Pubkey; 5] = [
        addresses.network(),
        scenario.pool,
        addresses.vault(&scenario.pool),
        addresses.job(&scenario.pool, scenario.job),
        addresses.job(&scenario.pool, scenario.job + 1),
    ];
    Ok(scenario.chain.accounts(&accounts).await?)
}

/// What a command says that has to fail.
async fn refused(scenario: &Scenario, wallet: &Path, arguments: &[&str]) -> Result<String> {
    let output = scenario.stack.cli.output(wallet, arguments).await?;
    let said = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    Ok(said)
}

async fn commands_are_refused(scenario: &Scenario) -> Result<()> {
    let stack = &scenario.stack;
    let requester = &stack.localnet.wallet("requester")?.path;
    let (mint, url) = (scenario.mint.to_string(), scenario.indexer.url());
    let create = |mint: &str| -> Result<Vec<String>> {
        let path = |part: &str| stack.folder.join(part).display().to_string();
        let aggregator = &stack.localnet.wallet("aggregator")?.pubkey;
        let arguments = [
            ["--mint", mint],
            ["--aggregator", aggregator],
            ["--specification", &path("requester/specification.json")],
            ["--amount", "10"],
            ["--price", "1"],
            ["--round-cap", "10"],
            ["--identity", &path("requester/other-identity.txt")],
            ["--indexer", url],
        ];
        let words = ["job", "create"].into_iter();
        Ok(words
            .chain(arguments.into_iter().flatten())
            .map(str::to_owned)
            .collect())
    };

    let wrong_mint = create(&stack.localnet.wallet("requester")?.pubkey)?;
    let wrong_mint: Vec<&str> = wrong_mint.iter().map(String::as_str).collect();
    let said = refused(scenario, requester, &wrong_mint).await?;
    assert!(said.contains("is not a mint"), "{said}");

    let unfunded = stack.folder.join("requester/unfunded.json");
    write_keypair(&unfunded, &Keypair::new())?;
    let good = create(&mint)?;
    let good: Vec<&str> = good.iter().map(String::as_str).collect();
    let said = refused(scenario, &unfunded, &good).await?;
    assert!(said.contains("SOL") && said.contains("fund"), "{said}");

    for unknown in [
        vec!["job", "show", "99", "--mint", &mint],
        vec!["job", "fund", "99", "--amount", "1", "--mint", &mint],
        vec!["job", "cancel", "99", "--mint", &mint],
    ] {
        let said = refused(scenario, requester, &unknown).await?;
        assert!(said.contains("there is no job 99"), "{said}");
    }

    // Nothing listens on port 1.
    let nowhere = stack.cli.clone().at("http://127.0.0.1:1");
    let output = nowhere.output(requester, &["network", "show"]).await?;
    let said = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("http://127.0.0.1:1 cannot be reached"),
        "{said}"
    );
    Ok(())
}

/// A contributor's node that writes its submissions by hand.
struct Node {
    key: SigningKey,
    template: Submission,
}

impl Node {
    /// A node with a delegation that the indexer has.
    async fn delegated(scenario: &Scenario) -> Result<Self> {
        let wallet = &scenario.stack.localnet.contributor(0)?.path;
        let wallet = signing_key(&read_keypair(wallet)?.to_bytes()).context("a key")?;
        let node = Keypair::new();
        let genesis = scenario.chain.genesis_hash().await?.to_bytes();
        let program = scenario.chain.program().to_bytes();
        let slot = scenario.chain.slot().await?;
        let delegation = Delegation {
            genesis,
            program,
            contributor: wallet.verifying_key().to_bytes(),
            node: node.pubkey().to_bytes(),
            valid_until_slot: slot + 100_000,
        };
        let signed = Signed::sign(delegation, &wallet);
        scenario.indexer.delegate(&signed).await?;
        let job = scenario.chain.addresses().job(&scenario.pool, scenario.job);
        Ok(Self {
            key: signing_key(&node.to_bytes()).context("a key")?,
            template: Submission {
                genesis,
                program,
                job: job.to_bytes(),
                contributor: wallet.verifying_key().to_bytes(),
                node: node.pubkey().to_bytes(),
                content_hash: [0; 32],
                earliest_round: 1,
                nonce: 1,
                expiry_slot: slot + 10_000,
                observed_slot: slot,
                units: 1,
                task: 0,
                content_bytes: 0,
                region: region_bytes("eu-west")?,
            },
        })
    }

    /// A submission of `content`, with what `change` does to it before it is signed.
    fn signed(&self, content: &[u8], change: impl FnOnce(&mut Submission)) -> Signed<Submission> {
        let mut body = Submission {
            content_hash: sha256(&[content]),
            content_bytes: content.len() as u32,
            ..self.template
        };
        change(&mut body);
        Signed::sign(body, &self.key)
    }
}

async fn submissions_are_refused(scenario: &Scenario) -> Result<()> {
    let (indexer, node) = (&scenario.indexer, Node::delegated(scenario).await?);
    let content = b"a ciphertext".as_slice();
    let good = node.signed(content, |_| {});
    let receipt = indexer.submit(&good, content).await?;

    let mut forged = node.signed(content, |body| (body.nonce, body.task) = (2, 1));
    forged.signature[7] ^= 1;
    let expired = node.signed(content, |body| {
        (body.nonce, body.task) = (3, 1);
        body.expiry_slot = 1;
    });
    let other = b"another ciphertext".as_slice();
    let replayed = node.signed(other, |body| body.task = 1);
    let repeated = node.signed(other, |body| body.nonce = 4);
    let huge = vec![7; LIMITS.max_content_bytes as usize + 1];
    let oversized = node.signed(&huge, |body| (body.nonce, body.task) = (5, 1));
    let bad = [
        ("signature_invalid", &forged, content),
        ("expired", &expired, content),
        ("nonce_seen", &replayed, other),
        ("task_taken", &repeated, other),
        ("content_too_large", &oversized, huge.as_slice()),
        (
            "content_mismatch",
            &node.signed(other, |body| (body.nonce, body.task) = (6, 1)),
            content,
        ),
    ];
    for (name, submission, content) in bad {
        let error = indexer.submit(submission, content).await;
        let error = error
            .err()
            .with_context(|| format!("{name}: it was taken"))?;
        let found = error
            .refusal()
            .with_context(|| format!("{name}: {error}"))?;
        assert_eq!(found.name, name, "{}", found.message);
        let known = indexer.submission(&submission.id()).await?;
        assert_eq!(known, None, "{name}: it is kept");
    }
    // The first one stands, and sent again gets the same receipt.
    assert_eq!(indexer.submit(&good, content).await?, receipt);
    Ok(())
}
