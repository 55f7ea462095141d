//! A PostgreSQL server for tests: real, of this process alone, and gone when the process is.
//!
//! It listens on a Unix socket in a temporary folder, so it needs no port. One server serves all tests of a
//! process; each takes a database of its own. A shell watches a pipe from this process: when that
//! closes, however the process ended, it stops the server and removes the folder.

use anyhow::{Context, Result, bail, ensure};
use std::{
    io::{BufRead as _, BufReader, Read as _},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// Where Debian and Ubuntu put the versions of PostgreSQL.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Starts the server with `$1/pg_ctl` in a new folder, says where, waits for the end of its input, cleans up.
/// Nothing here outlives a crash, so nothing needs to be synced, unless `$2` is `on`.
const WATCH: &str = r#"
trap '' INT TERM HUP
cd / && folder=$(mktemp -d "${TMPDIR:-/tmp}/sheaf-postgres.XXXXXX") || exit 1
"$1/initdb" --no-sync -A trust -U postgres -E UTF8 --no-locale -D "$folder/data" >"$folder/log" 2>&1 &&
"$1/pg_ctl" start -w -s -D "$folder/data" -l "$folder/log" -o "-c listen_addresses='' \
    -c unix_socket_directories='$folder' -c fsync=$2 -c synchronous_commit=$2 -c full_page_writes=$2 \
    -c max_connections=300" >>"$folder/log" 2>&1 &&
echo "$folder" || { cat "$folder/log" >&2; rm -rf "$folder"; exit 1; }
read -r _
"$1/pg_ctl" stop -s -m immediate -D "$folder/data" >/dev/null 2>&1
rm -rf "$folder"
"#;

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    socket: PathBuf,
    // When it closes, the server ends.
    _alive: ChildStdin,
    _watch: Child,
}

impl Postgres {
    /// The server of this process, started when it is first asked for. It does not sync to disk.
    ///
    /// # Errors
    /// When there is no PostgreSQL here, or it does not start.
    pub fn shared() -> Result<&'static Self> {
        static SHARED: OnceLock<Result<Postgres>> = OnceLock::new();
        match SHARED.get_or_init(|| Self::start(false)) {
            Ok(server) => Ok(server),
            Err(error) => bail!("{error:#}"),
        }
    }

    /// Starts a server; `durable` says whether commits are synced to disk. It ends when this is dropped.
    ///
    /// # Errors
    /// When there is no PostgreSQL here, or it does not start.
    pub fn start(durable: bool) -> Result<Self> {
        let programs = programs()?;
        let mut watch = as_postgres("sh");
        watch
            .args(["-c", WATCH, "sh"])
            .arg(&programs)
            .arg(if durable { "on" } else { "off" })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // What stops this process at the keyboard must not stop who cleans up.
            .process_group(0);
        let mut watch = watch.spawn().context("cannot start a shell")?;
        let alive = watch.stdin.take().context("the shell has no input")?;
        let output = watch.stdout.take().context("the shell has no output")?;
        let mut folder = String::new();
        BufReader::new(output)
            .read_line(&mut folder)
            .context("cannot read from the shell")?;
        if folder.is_empty() {
            let mut said = String::new();
            if let Some(errors) = &mut watch.stderr {
                errors.read_to_string(&mut said)?;
            }
            bail!("PostgreSQL does not start: {}", said.trim());
        }
        Ok(Self {
            programs,
            socket: folder.trim_end().into(),
            _alive: alive,
            _watch: watch,
        })
    }

    /// The URL of a new, empty database.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn create_database(&self) -> Result<String> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let name = format!("sheaf_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let created = Command::new(self.programs.join("createdb"))
            .arg("--host")
            .arg(&self.socket)
            .args(["--username", "postgres", &name])
            .output()
            .context("cannot start createdb")?;
        ensure!(
            created.status.success(),
            "cannot create a database: {}",
            String::from_utf8_lossy(&created.stderr).trim()
        );
        let socket = self.socket.display().to_string().replace('/', "%2F");
        Ok(format!("postgres://postgres@{socket}/{name}"))
    }
}

/// A command that does not run as root: the server refuses to.
fn as_postgres(program: &str) -> Command {
    let is_root = std::fs::metadata("/proc/self")
        .is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0);
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--", program]);
    command
}

/// The newest version's programs.
fn programs() -> Result<PathBuf> {
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = std::fs::read_dir(VERSIONS)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("bin/pg_ctl").is_file())
        .max_by_key(|path| number(path));
    let newest = newest.with_context(|| {
        format!("there is no PostgreSQL in {VERSIONS}: run `apt-get install postgresql`")
    })?;
    Ok(newest.join("bin"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn a_server_is_gone_when_it_is_dropped() -> Result<()> {
        let server = Postgres::start(false)?;
        let first = server.create_database()?;
        assert_ne!(first, server.create_database()?);
        let folder = server.socket.clone();
        assert!(folder.join("data/postmaster.pid").exists());
        drop(server);
        let waiting = Instant::now();
        while folder.exists() {
            assert!(
                waiting.elapsed() < Duration::from_secs(60),
                "{folder:?} stays"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}
