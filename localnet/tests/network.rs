//! The binary as its users see it: files, ports, signals, and the facts about its chain that
//! other parts of Sheaf rely on. Takes the program from `SHEAF_PROGRAM` or `target/deploy`.

use serde_json::{Value, json};
use sheaf_client::{
    Chain,
    address::{SLOT_HASHES, TOKEN_PROGRAM, associated_token},
    keys::read_keypair,
    program_id,
    send::Terms,
    token::TokenAccount,
};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::pubkey::Pubkey;
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a start or an end may take, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

fn program() -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/deploy/sheaf.so");
    let path = std::env::var_os("SHEAF_PROGRAM").map_or(built, PathBuf::from);
    assert!(
        path.exists(),
        "no {}: run `cargo xtask build-program` first",
        path.display()
    );
    path
}

fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sheaf-localnet"));
    command
        .arg("--until-stdin-closes")
        .arg("--data")
        .arg(data)
        .env("SHEAF_PROGRAM", program())
        .env_remove("RUST_LOG")
        .env_remove("SHEAF_PROGRAM_ID")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

struct Localnet {
    child: Child,
    manifest: Value,
    data: PathBuf,
}

impl Localnet {
    fn start(data: &Path) -> Self {
        let mut child = command(data)
            .args(["--rpc-port", "0"])
            .spawn()
            .expect("the binary starts");
        let file = data.join("localnet.json");
        let deadline = Instant::now() + PATIENCE;
        let manifest = loop {
            if let Ok(text) = std::fs::read_to_string(&file) {
                break serde_json::from_str(&text).expect("JSON, whole");
            }
            if child.try_wait().expect("a status").is_some() || Instant::now() > deadline {
                let output = child.wait_with_output().expect("output");
                panic!("no network: {}", String::from_utf8_lossy(&output.stderr));
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        Self {
            child,
            manifest,
            data: data.to_path_buf(),
        }
    }

    fn text(&self, pointer: &str) -> String {
        let found = self.manifest.pointer(pointer).and_then(Value::as_str);
        found
            .unwrap_or_else(|| panic!("no {pointer} in {}", self.manifest))
            .to_owned()
    }

    fn key(&self, pointer: &str) -> Pubkey {
        self.text(pointer).parse().expect("an address")
    }

    fn chain(&self) -> Chain {
        let commitment = CommitmentConfig::confirmed();
        Chain::new(&self.text("/rpc_url"), program_id::LOCALNET, commitment)
    }

    /// Waits for the end, and checks that it was a clean one.
    fn ends(mut self) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().expect("a status") {
                Some(status) => break status,
                None => assert!(Instant::now() < deadline, "it does not end"),
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        assert!(status.success(), "{status}");
        assert!(!self.data.join("localnet.json").exists());
        let mut errors = String::new();
        let mut stderr = self.child.stderr.take().expect("a pipe");
        std::io::Read::read_to_string(&mut stderr, &mut errors).expect("text");
        assert_eq!(errors, "");
    }
}

fn end_by_stdin(mut localnet: Localnet) {
    drop(localnet.child.stdin.take());
    localnet.ends();
}

fn refusal(command: &mut Command) -> String {
    let output = command.output().expect("the binary runs");
    assert!(!output.status.success());
    String::from_utf8(output.stderr).expect("text")
}

#[tokio::test]
async fn wallets_and_mint_are_kept_but_every_start_is_a_new_chain() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Localnet::start(folder.path());
    let chain = first.chain();
    let genesis = chain.genesis_hash().await.expect("a hash").to_string();
    assert_eq!(genesis, first.text("/genesis_hash"));

    let mint = chain.mint(&first.key("/mint")).await.expect("the mint");
    assert_eq!((mint.decimals, mint.supply), (6, 4_000_000 * 1_000_000));
    for name in [
        "admin",
        "requester",
        "aggregator",
        "validator-1",
        "validator-2",
        "validator-3",
    ] {
        let wallet = first.key(&format!("/wallets/{name}/pubkey"));
        assert_eq!(
            chain.lamports(&wallet).await.expect("a balance"),
            100_000_000_000
        );
        let path = first.text(&format!("/wallets/{name}/path"));
        let keypair = read_keypair(Path::new(&path)).expect("a keypair");
        assert_eq!(solana_sdk::signature::Signer::pubkey(&keypair), wallet);
    }
    let requester = first.key("/wallets/requester/pubkey");
    let (tokens, _) = associated_token(&requester, &mint.address, &TOKEN_PROGRAM);
    let account = chain
        .account(&tokens)
        .await
        .expect("an answer")
        .expect("an account");
    let amount = TokenAccount::read(&account).map(|account| account.amount);
    assert_eq!(amount, Some(1_000_000 * 1_000_000));

    // The program data names the admin as upgrade authority, behind variant, slot and option.
    let data = chain
        .account(&chain.addresses().program_data())
        .await
        .expect("an answer");
    let data = data.expect("program data").data;
    assert_eq!(data[12], 1);
    assert_eq!(data[13..45], first.key("/wallets/admin/pubkey").to_bytes());

    // By the shell: a bare system has no such program.
    let status = Command::new("sh")
        .args(["-c", &format!("kill -TERM {}", first.child.id())])
        .status()
        .expect("a shell");
    assert!(status.success());
    first.ends();

    let second = Localnet::start(folder.path());
    assert_eq!(second.key("/mint"), mint.address);
    assert_eq!(second.key("/wallets/requester/pubkey"), requester);
    assert_ne!(second.text("/genesis_hash"), genesis);
    end_by_stdin(second);
}

#[tokio::test]
async fn the_chain_keeps_time_and_finalises() {
    let folder = tempfile::tempdir().expect("a folder");
    let localnet = Localnet::start(folder.path());
    let chain = localnet.chain();
    let processed = chain.at(CommitmentConfig::processed());
    let finalized = chain.at(CommitmentConfig::finalized());

    // Blocks come without transactions.
    let (before, started) = (processed.slot().await.expect("a slot"), Instant::now());
    while processed.slot().await.expect("a slot") < before + 40 {
        assert!(
            started.elapsed() < PATIENCE,
            "blocks every 50 ms come too slowly"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Slot hashes: newest first, without a gap, all different, and up to date.
    let slot = processed.slot().await.expect("a slot");
    let data = processed
        .account(&SLOT_HASHES)
        .await
        .expect("an answer")
        .expect("a sysvar")
        .data;
    let entries: Vec<(u64, [u8; 32])> = data[8..].chunks_exact(40).map(slot_hash).collect();
    assert!(entries[0].0 >= slot, "{} at slot {slot}", entries[0].0);
    let listed = u64::from_le_bytes(*data.first_chunk().expect("a length")) as usize;
    for pair in entries[..listed].windows(2) {
        assert_eq!(pair[0].0, pair[1].0 + 1);
        assert_ne!(pair[0].1, pair[1].1);
    }

    // A transaction is finalised later, and found with its inner instructions.
    let requester = read_keypair(Path::new(&localnet.text("/wallets/requester/path")));
    let requester = requester.expect("a keypair");
    let wallet = Pubkey::new_unique();
    let payer = localnet.key("/wallets/requester/pubkey");
    let mint = localnet.key("/mint");
    let create =
        sheaf_client::instruction::create_associated_token(&payer, &wallet, &mint, &TOKEN_PROGRAM);
    let landed = finalized
        .send(&[create], &[&requester], &Terms::default())
        .await;
    let landed = landed.expect("it lands");
    assert!(finalized.slot().await.expect("a slot") >= landed.slot);
    let found: Value = ask(
        &chain,
        "getSignaturesForAddress",
        json!([wallet.to_string()]),
    )
    .await;
    assert_eq!(found[0]["signature"], landed.signature.to_string());
    assert_eq!(found[0]["confirmationStatus"], "finalized");
    let options = json!({"commitment": "finalized", "encoding": "json"});
    let parameters = json!([landed.signature.to_string(), options]);
    let found: Value = ask(&chain, "getTransaction", parameters).await;
    assert_eq!(found["slot"], landed.slot);
    let inner = found["meta"]["innerInstructions"].as_array().map(Vec::len);
    assert_eq!(inner, Some(1));
    end_by_stdin(localnet);
}

fn slot_hash(bytes: &[u8]) -> (u64, [u8; 32]) {
    let slot = u64::from_le_bytes(*bytes.first_chunk().expect("a slot"));
    (slot, *bytes.last_chunk().expect("a hash"))
}

async fn ask(chain: &Chain, method: &'static str, parameters: Value) -> Value {
    let request = solana_client::rpc_request::RpcRequest::Custom { method };
    chain
        .rpc()
        .send(request, parameters)
        .await
        .expect("an answer")
}

#[test]
fn what_is_in_the_way_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let localnet = Localnet::start(folder.path());
    let url = localnet.text("/rpc_url");
    let port = url.rsplit(':').next().expect("a port");

    let elsewhere = tempfile::tempdir().expect("a folder");
    let message = refusal(command(elsewhere.path()).args(["--rpc-port", port]));
    let expected = format!("port {port} is already in use (another localnet?): pass --rpc-port 0");
    assert!(message.contains(&expected), "{message}");
    let message = refusal(command(folder.path()).args(["--rpc-port", "0"]));
    assert!(
        message.contains("another localnet runs on the data folder"),
        "{message}"
    );

    let text = elsewhere.path().join("program.so");
    std::fs::write(&text, "not a program").expect("a file");
    let message = refusal(
        command(elsewhere.path())
            .args(["--rpc-port", "0"])
            .arg("--program")
            .arg(&text),
    );
    assert!(message.contains("is not a Solana program"), "{message}");
    end_by_stdin(localnet);
}
