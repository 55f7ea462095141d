//! From escrow to claims and refund, to the last unit.

use crate::{recompute, stage::stage};
use anyhow::{Context, Result};
use sheaf_client::{
    address::{TOKEN_PROGRAM, associated_token},
    error::Error,
    instruction::{self, ClaimAccounts, PoolAccounts},
    keys::read_keypair,
    layout::ClaimArguments,
    send::Terms,
};
use sheaf_demo::{
    plan::{Conduct, Plan},
    scenario::{Earner, Role, Scenario, books::Books},
};
use solana_sdk::pubkey::Pubkey;
use std::{
    process::Output,
    time::{Duration, Instant},
};

/// Base units for one page at full quality: the plan's price.
const PRICE: u64 = 1_234_567;
/// How long the grace after a cancellation may last, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_goes_from_escrow_to_claims_and_back_to_the_last_unit() -> Result<()> {
    let mut playing = stage("money", Plan::small()).await?;
    let rounds = playing.collect().await?;
    assert_eq!(rounds.len(), 1);
    let scenario = &playing;
    let earned = scenario.books().await?;
    check_shares(scenario, &earned);
    for round in &rounds {
        recompute::round_is_recomputed(scenario, round.number).await?;
    }

    the_requester_cancels(scenario).await?;
    changed_claims_are_refused(scenario, &earned).await?;
    everybody_claims_once(scenario).await?;
    let delivered = scenario.deliver().await?;
    assert_eq!(
        (delivered.files, delivered.equal),
        (12, 8),
        "two honest nodes hand in what the site serves, the third its mirror's pages"
    );
    the_rest_goes_back(scenario).await?;
    playing.stack.end().await;
    Ok(())
}

/// What each earner of a role and conduct earned.
fn earned_by(scenario: &Scenario, books: &Books, wanted: impl Fn(Role) -> bool) -> Vec<u64> {
    let earners = scenario.earners.iter().zip(&books.earned);
    earners
        .filter(|(earner, _)| wanted(earner.role))
        .map(|(_, earned)| *earned)
        .collect()
}

/// What everybody's part of one round of the small plan is.
pub fn check_shares(scenario: &Scenario, books: &Books) {
    let accounts = &books.accounts;
    assert!(accounts.balanced(), "{:?}", accounts.equations());
    // Three nodes earn, four pages each; 5 % are the treasury's and 10 % the validators'.
    let settled = 12 * PRICE;
    assert_eq!(accounts.jobs.settled, settled);
    assert_eq!(accounts.jobs.balance, 1_000_000_000 - settled);
    assert_eq!(accounts.leaves.treasury, settled * 5 / 100);
    assert_eq!(accounts.leaves.validators, settled / 10);
    assert_eq!(accounts.leaves.unclaimed, settled);
    let conduct = |role: Role| match role {
        Role::Contributor(number) => Some(scenario.plan.nodes[number]),
        _ => None,
    };
    let shared = settled - settled * 5 / 100 - settled / 10;
    let honest = earned_by(scenario, books, |role| {
        conduct(role) == Some(Conduct::Honest)
    });
    assert_eq!(honest, [shared / 3; 2]);
    let mirrored = earned_by(scenario, books, |role| {
        conduct(role) == Some(Conduct::Mirrored)
    });
    assert_eq!(mirrored, [shared / 3], "a date and a banner cost nothing");
    let lazy = earned_by(scenario, books, |role| {
        conduct(role).is_some_and(Conduct::is_lazy)
    });
    assert_eq!(lazy, [0], "stale pages earn nothing");
    let validators = earned_by(scenario, books, |role| matches!(role, Role::Validator(_)));
    let (least, most) = (validators.iter().min(), validators.iter().max());
    assert_eq!(
        least.map(|least| least + 1),
        most.copied(),
        "{validators:?}"
    );
}

/// A claim of `earner` as the indexer gives its proofs.
async fn claim_arguments(scenario: &Scenario, earner: &Earner) -> Result<ClaimArguments> {
    let view = scenario
        .indexer
        .contributor(&earner.wallet.to_bytes())
        .await?;
    let leaf = view.leaf.context("no leaf")?;
    Ok(ClaimArguments {
        cumulative: leaf.cumulative.0,
        index: leaf.index,
        token_account_bump: bump(scenario, &earner.wallet),
        _padding: [0; 3],
        proof: leaf.page_proof()?.map(bytemuck::cast),
    })
}

fn bump(scenario: &Scenario, wallet: &Pubkey) -> u8 {
    associated_token(wallet, &scenario.mint, &TOKEN_PROGRAM).1
}

/// Lets a claim land on chain, where it has to fail. Returns the error's name.
async fn refused_on_chain(
    scenario: &Scenario,
    contributor: &Pubkey,
    arguments: &ClaimArguments,
) -> Result<String> {
    let accounts = ClaimAccounts {
        pool: PoolAccounts {
            mint: scenario.mint,
            token_program: TOKEN_PROGRAM,
        },
        contributor: *contributor,
    };
    let claim = instruction::claim(scenario.chain.addresses(), &accounts, arguments);
    let payer = read_keypair(&scenario.stack.localnet.wallet("admin")?.path)?;
    let unseen = Terms {
        simulate: false,
        ..Terms::default()
    };
    match scenario.chain.send(&[claim], &[&payer], &unseen).await {
        Ok(landed) => anyhow::bail!("{} was paid", landed.signature),
        Err(Error::Refused(refusal)) => {
            assert!(refusal.signature.is_some(), "it did not land: {refusal}");
            Ok(refusal.name)
        }
        Err(error) => Err(error.into()),
    }
}

/// The claim of another amount.
fn more(claim: ClaimArguments, base_units: i64) -> ClaimArguments {
    ClaimArguments {
        cumulative: claim.cumulative.wrapping_add_signed(base_units),
        ..claim
    }
}

/// The claim of another index.
fn at_index(claim: ClaimArguments, index: u32) -> ClaimArguments {
    ClaimArguments { index, ..claim }
}

async fn changed_claims_are_refused(scenario: &Scenario, before: &Books) -> Result<()> {
    // The first contributor claims: that opens and syncs the page. The second one's claim is
    // changed in its amount, its index, its contributor.
    let (first, second) = (&scenario.earners[0], &scenario.earners[1]);
    let paid = scenario.claim(first).await?.paid.0;
    assert_eq!(paid, before.earned[0]);
    let good = claim_arguments(scenario, second).await?;
    let taken = claim_arguments(scenario, first).await?.index;
    // Its token account is there, so that nothing else stands in the way.
    let payer = read_keypair(&first.payer)?;
    let create = instruction::create_associated_token(
        &first.wallet,
        &second.wallet,
        &scenario.mint,
        &TOKEN_PROGRAM,
    );
    let terms = Terms::default();
    scenario.chain.send(&[create], &[&payer], &terms).await?;
    let after_first = scenario.books().await?;
    let own_token_account = bump(scenario, &first.wallet);
    let changed = [
        ("ProofInvalid", second, more(good, 1)),
        ("ProofInvalid", second, more(good, -1)),
        ("ProofInvalid", second, at_index(good, good.index + 100)),
        ("ContributorMismatch", second, at_index(good, taken)),
        (
            "ProofInvalid",
            first,
            ClaimArguments {
                token_account_bump: own_token_account,
                ..good
            },
        ),
    ];
    for (expected, claimant, arguments) in changed {
        let found = refused_on_chain(scenario, &claimant.wallet, &arguments).await?;
        assert_eq!(found, expected);
    }
    assert_eq!(scenario.books().await?, after_first, "nothing was paid");
    Ok(())
}

async fn everybody_claims_once(scenario: &Scenario) -> Result<()> {
    let claimed = scenario.claim_for_all().await?;
    let books = scenario.books().await?;
    for ((earner, claim), earned) in scenario.earners.iter().zip(&claimed).zip(&books.earned) {
        let expected = match earner.role {
            // Claimed before.
            Role::Contributor(0) => 0,
            _ => *earned,
        };
        assert_eq!(
            claim.paid.0,
            expected,
            "{}: {}",
            earner.name(),
            claim.message
        );
        assert_eq!(claim.signature.is_some(), expected > 0);
    }
    let accounts = &books.accounts;
    assert!(accounts.balanced(), "{:?}", accounts.equations());
    assert_eq!(accounts.pages_claimed, accounts.jobs.settled);
    assert_eq!(accounts.leaves.unclaimed, 0);

    let again = scenario.claim(&scenario.earners[1]).await?;
    assert_eq!((again.paid.0, again.signature), (0, None));
    assert!(again.message.contains("claimed"), "{}", again.message);
    assert_eq!(scenario.books().await?, books);
    Ok(())
}

/// A command about the job, as its requester gives it.
async fn job_command(scenario: &Scenario, command: &str) -> Result<Output> {
    let requester = &scenario.stack.localnet.wallet("requester")?.path;
    let (number, mint) = (scenario.job.to_string(), scenario.mint.to_string());
    let arguments = ["job", command, &number, "--mint", &mint];
    scenario.stack.cli.output(requester, &arguments).await
}

/// The job is cancelled; its refund waits until accepted work can no longer be batched.
async fn the_requester_cancels(scenario: &Scenario) -> Result<()> {
    let before = scenario.books().await?;
    let cancelled = job_command(scenario, "cancel").await?;
    assert!(cancelled.status.success(), "{cancelled:?}");
    let refund = job_command(scenario, "refund").await?;
    let said = String::from_utf8(refund.stderr)?;
    assert_eq!(refund.status.code(), Some(1), "{said}");
    assert!(said.contains("may still be batched until slot"), "{said}");
    assert_eq!(scenario.books().await?, before);
    Ok(())
}

async fn the_rest_goes_back(scenario: &Scenario) -> Result<()> {
    let before = scenario.books().await?.accounts;
    let job = scenario.chain.job(&scenario.pool, scenario.job).await?;
    let grace_over = job.cancelled_slot + u64::from(job.grace_slots);
    let waiting = Instant::now();
    while scenario.chain.slot().await? <= grace_over {
        assert!(waiting.elapsed() < PATIENCE, "the chain stands still");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let refunded = job_command(scenario, "refund").await?;
    assert!(refunded.status.success(), "{refunded:?}");
    let after = scenario.books().await?.accounts;
    assert!(after.balanced(), "{:?}", after.equations());
    assert_eq!(
        (after.jobs.balance, after.jobs.refunded),
        (0, before.jobs.balance)
    );
    assert_eq!(after.vault, 0);
    Ok(())
}
