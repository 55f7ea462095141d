//! The program brought onto a chain by the loader's own transactions: deployed, interrupted, gone on with,
//! upgraded, compared, handed over. The network's own copy is not touched: this one has a fresh address.

use anyhow::{Context, Result, ensure};
use sheaf_client::{
    Chain,
    keys::write_keypair,
    loader::{Buffer, missing_chunks},
};
use sheaf_demo::stack::{Stack, binaries::Binaries, folder::Folder};
use sheaf_tests::program_path;
use solana_sdk::{
    pubkey::Pubkey,
    signature::{Keypair, Signer},
};
use std::{
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::{Duration, Instant},
};

/// How long half a buffer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A network, and a fresh address for a program.
struct Site {
    stack: Stack,
    chain: Chain,
    wallet: PathBuf,
    program: Pubkey,
    program_key: PathBuf,
    /// The program as it is built, and another one that is shorter.
    sheaf: PathBuf,
    probe: PathBuf,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_is_deployed_upgraded_compared_and_handed_over() -> Result<()> {
    let site = &site().await?;
    first_deployment(site).await?;
    an_interrupted_upgrade_goes_on(site).await?;
    what_is_no_program_leaves_a_buffer_that_can_be_closed(site).await?;
    another_authority_takes_over(site).await
}

async fn site() -> Result<Site> {
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("deploy");
    let folder = Folder::claim(&data)?;
    let sheaf = program_path("SHEAF_PROGRAM", "sheaf.so");
    let stack = Stack::start(folder, Binaries::beside_this_one()?, &sheaf, 1).await?;
    let key = Keypair::new();
    // A part of the folder that every run clears.
    let program_key = stack.folder.join("requester/program.json");
    write_keypair(&program_key, &key)?;
    // Copied, because the key of a buffer is kept beside the file.
    let copy = |from: PathBuf, name: &str| -> Result<PathBuf> {
        let to = stack.folder.join("requester").join(name);
        std::fs::copy(&from, &to).with_context(|| from.display().to_string())?;
        Ok(to)
    };
    Ok(Site {
        chain: stack.localnet.chain()?,
        wallet: stack.localnet.wallet("admin")?.path.clone(),
        program: key.pubkey(),
        program_key,
        sheaf: copy(sheaf, "sheaf.so")?,
        probe: copy(program_path("SHEAF_PROBE", "probe.so"), "probe.so")?,
        stack,
    })
}

impl Site {
    /// `sheaf network …` on the fresh address.
    async fn network(&self, words: &[&str]) -> Result<Output> {
        let program = self.program.to_string();
        let mut all = vec!["network"];
        all.extend(words);
        all.extend(["--program-id", &program]);
        self.stack.cli.output(&self.wallet, &all).await
    }

    async fn deploy(&self, file: &Path, options: &[&str]) -> Result<Output> {
        let mut words = vec!["deploy", "--program", text(file)?];
        words.extend(options);
        self.network(&words).await
    }

    /// Whether the file is what is deployed.
    async fn is_deployed(&self, file: &Path) -> Result<bool> {
        let output = self.network(&["verify", "--program", text(file)?]).await?;
        let said = String::from_utf8_lossy(&output.stdout);
        let same = output.status.success();
        ensure!(
            field(&said, "same")? == same.to_string(),
            "the exit code says otherwise than {said}"
        );
        ensure!(
            same == (field(&said, "file_sha256")? == field(&said, "deployed_sha256")?),
            "the hashes say otherwise than {said}"
        );
        Ok(same)
    }
}

async fn first_deployment(site: &Site) -> Result<()> {
    let without_key = site.deploy(&site.probe, &[]).await?;
    refused(&without_key, "--program-keypair")?;

    let key = text(&site.program_key)?;
    let output = site
        .deploy(&site.probe, &["--program-keypair", key])
        .await?;
    succeeded(&output)?;
    ensure!(site.is_deployed(&site.probe).await?);
    ensure!(!site.is_deployed(&site.sheaf).await?);
    ensure!(
        !site.probe.with_extension("buffer.json").exists(),
        "the key of a buffer that is gone is not kept"
    );

    let again = site.deploy(&site.probe, &[]).await?;
    let again = String::from_utf8_lossy(&again.stdout);
    ensure!(
        field(&again, "signature")? == "null",
        "nothing was sent: {again}"
    );
    Ok(())
}

async fn an_interrupted_upgrade_goes_on(site: &Site) -> Result<()> {
    let buffer = Keypair::new();
    let key = site.stack.folder.join("requester/buffer.json");
    write_keypair(&key, &buffer)?;
    let options = ["--buffer-keypair", text(&key)?];
    let file = std::fs::read(&site.sheaf)?;
    let all = missing_chunks(&file, &[]).len();

    let mut first = site.stack.cli.command(&site.wallet);
    let mut first = first
        .args(["network", "deploy", "--program-id"])
        .arg(site.program.to_string())
        .arg("--program")
        .arg(&site.sheaf)
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let until = Instant::now() + PATIENCE;
    loop {
        let lacks = lacks(&site.chain, &buffer.pubkey(), &file).await?;
        if lacks.is_some_and(|lacks| lacks < all) {
            break;
        }
        ensure!(Instant::now() < until, "no write landed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    first.kill().await?;
    let lacks = lacks(&site.chain, &buffer.pubkey(), &file).await?;
    let lacks = lacks.context("the upgrade was done before it could be interrupted")?;
    ensure!(lacks > 0 && site.is_deployed(&site.probe).await?);

    // The longer program needs more room, which the second run makes.
    let output = site.deploy(&site.sheaf, &options).await?;
    succeeded(&output)?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let sent = said
        .lines()
        .find_map(|line| line.split_once(" parts of ")?.0.parse::<usize>().ok())
        .context("it says how much is left")?;
    // What was on its way at the kill may still have landed.
    ensure!(sent <= lacks && sent < all, "{sent} of {all}: {said}");
    ensure!(said.contains("making room"), "{said}");
    ensure!(site.is_deployed(&site.sheaf).await?);
    ensure!(site.chain.lamports(&buffer.pubkey()).await? == 0);
    Ok(())
}

async fn what_is_no_program_leaves_a_buffer_that_can_be_closed(site: &Site) -> Result<()> {
    let mut bytes = b"\x7fELF".to_vec();
    bytes.extend((0..3_000).map(|byte| (byte % 249) as u8));
    let file = site.stack.folder.join("requester/nothing.so");
    std::fs::write(&file, bytes)?;
    let output = site.deploy(&file, &[]).await?;
    refused(&output, "sheaf network close-buffer")?;
    ensure!(site.is_deployed(&site.sheaf).await?);

    let key = sheaf_client::keys::read_keypair(&file.with_extension("buffer.json"))?;
    let buffer = key.pubkey();
    ensure!(site.chain.lamports(&buffer).await? > 0);
    succeeded(&site.network(&["close-buffer", &buffer.to_string()]).await?)?;
    ensure!(site.chain.lamports(&buffer).await? == 0);
    refused(
        &site.network(&["close-buffer", &buffer.to_string()]).await?,
        "there is no buffer",
    )
}

async fn another_authority_takes_over(site: &Site) -> Result<()> {
    let new = site.stack.localnet.contributor(0)?;
    let hand_over = ["set-upgrade-authority", &new.pubkey];
    succeeded(&site.network(&hand_over).await?)?;
    refused(&site.network(&hand_over).await?, "--upgrade-authority")?;
    refused(&site.deploy(&site.probe, &[]).await?, "--upgrade-authority")?;
    ensure!(site.is_deployed(&site.sheaf).await?);

    let options = ["--upgrade-authority", text(&new.path)?];
    succeeded(&site.deploy(&site.probe, &options).await?)?;
    // Behind the shorter program lie zeros now, not the end of the longer one.
    ensure!(site.is_deployed(&site.probe).await?);
    Ok(())
}

/// Chunks that a buffer lacks; none when it is not there.
async fn lacks(chain: &Chain, buffer: &Pubkey, file: &[u8]) -> Result<Option<usize>> {
    let account = chain.account(buffer).await?;
    let buffer = account.as_ref().and_then(Buffer::read);
    Ok(buffer.map(|buffer| missing_chunks(file, buffer.bytes).len()))
}

/// A field's value in what `--output json` prints, a line for each.
fn field<'a>(json: &'a str, name: &str) -> Result<&'a str> {
    let mark = format!("\"{name}\": ");
    let line = json
        .lines()
        .find_map(|line| line.trim().strip_prefix(&mark));
    line.map(|value| value.trim_end_matches(','))
        .with_context(|| format!("no field {name} in {json}"))
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("the path is no text")
}

fn succeeded(output: &Output) -> Result<()> {
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{said}");
    Ok(())
}

fn refused(output: &Output, why: &str) -> Result<()> {
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        !output.status.success() && said.contains(why),
        "expected a refusal that says \"{why}\", not: {said}"
    );
    Ok(())
}
