//! The conventions of Solana's own command line: its configuration file, monikers for
//! clusters, and how the websocket's address follows from the RPC's.

use serde::Deserialize;
use solana_commitment_config::CommitmentConfig;
use std::path::{Path, PathBuf};

/// Where a localnet listens; also the default when nothing else is configured, because the
/// program's default address is the localnet's.
pub const LOCALNET_URL: &str = "http://127.0.0.1:8899";

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The configuration file cannot be read or understood.
    #[error("cannot read the Solana configuration {}: {reason}. Correct it, or name another file with -C", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The URL is neither a moniker nor a web address.
    #[error(
        "\"{0}\" is not a cluster: give http://HOST:PORT, or localhost, devnet, testnet, mainnet-beta"
    )]
    Url(String),
    /// The commitment level is not one of Solana's.
    #[error("\"{0}\" is not a commitment level: use processed, confirmed or finalized")]
    Commitment(String),
    /// There is no home directory to look for files in.
    #[error("no home directory is known: give the wallet with -k FILE")]
    NoHome,
}

/// Solana's configuration file, `~/.config/solana/cli/config.yml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ConfigFile {
    /// URL of the RPC.
    pub json_rpc_url: String,
    /// URL of the websocket; empty to derive it from the RPC's.
    pub websocket_url: String,
    /// The wallet's keypair file.
    pub keypair_path: String,
    /// Commitment level.
    pub commitment: String,
}

impl ConfigFile {
    /// Reads the file at `path`, or the usual one. A usual file that does not exist is empty; a
    /// named one must exist.
    ///
    /// # Errors
    /// [`ConfigError::File`] when the file cannot be read or understood.
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        let file = match (path, usual_config_path()) {
            (Some(path), _) => path.to_path_buf(),
            (None, Some(usual)) if usual.exists() => usual,
            (None, _) => return Ok(Self::default()),
        };
        let failed = |reason: String| ConfigError::File {
            path: file.clone(),
            reason,
        };
        let text = std::fs::read_to_string(&file).map_err(|error| failed(error.to_string()))?;
        serde_yaml::from_str(&text).map_err(|error| failed(error.to_string()))
    }
}

fn usual_config_path() -> Option<PathBuf> {
    Some(std::env::home_dir()?.join(".config/solana/cli/config.yml"))
}

/// What a command was told about the cluster, before the configuration file is asked.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `-u/--url`: a URL or a moniker.
    pub url: Option<String>,
    /// `--ws`: the websocket's URL.
    pub websocket_url: Option<String>,
    /// `-k/--keypair`.
    pub keypair: Option<PathBuf>,
    /// `--commitment`.
    pub commitment: Option<String>,
}

/// The cluster and the wallet a command works with.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// URL of the RPC.
    pub url: String,
    /// URL of the websocket.
    pub websocket_url: String,
    /// The wallet's keypair file; it may not exist.
    pub keypair: PathBuf,
    /// Commitment at which accounts are read and transactions awaited.
    pub commitment: CommitmentConfig,
}

impl Settings {
    /// Options first, then the file, then the defaults: a localnet, `~/.config/solana/id.json`,
    /// `confirmed`.
    ///
    /// # Errors
    /// [`ConfigError`] when a value is not understood or no home directory is known.
    pub fn resolve(overrides: &Overrides, file: &ConfigFile) -> Result<Self, ConfigError> {
        let given = overrides.url.as_deref();
        let url = expand_url(
            given
                .or(non_empty(&file.json_rpc_url))
                .unwrap_or(LOCALNET_URL),
        )?;
        // The file's websocket belongs to the file's RPC, not to one given as an option.
        let websocket_url = overrides
            .websocket_url
            .as_deref()
            .or_else(|| {
                given
                    .is_none()
                    .then(|| non_empty(&file.websocket_url))
                    .flatten()
            })
            .map_or_else(|| websocket_url(&url), str::to_owned);
        let keypair = match (&overrides.keypair, non_empty(&file.keypair_path)) {
            (Some(path), _) => path.clone(),
            (None, Some(path)) => PathBuf::from(path),
            (None, None) => std::env::home_dir()
                .ok_or(ConfigError::NoHome)?
                .join(".config/solana/id.json"),
        };
        let commitment = overrides
            .commitment
            .as_deref()
            .or(non_empty(&file.commitment))
            .map_or(Ok(CommitmentConfig::confirmed()), parse_commitment)?;
        Ok(Self {
            url,
            websocket_url,
            keypair,
            commitment,
        })
    }
}

fn non_empty(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// A commitment level by its name.
///
/// # Errors
/// [`ConfigError::Commitment`] when there is no such level.
pub fn parse_commitment(name: &str) -> Result<CommitmentConfig, ConfigError> {
    name.parse()
        .map_err(|_| ConfigError::Commitment(name.to_owned()))
}

/// The URL a moniker stands for, or the URL itself.
///
/// # Errors
/// [`ConfigError::Url`] when the text is neither.
pub fn expand_url(text: &str) -> Result<String, ConfigError> {
    let url = match text {
        "l" | "localhost" | "localnet" => LOCALNET_URL,
        "d" | "devnet" => "https://api.devnet.solana.com",
        "t" | "testnet" => "https://api.testnet.solana.com",
        "m" | "mainnet-beta" => "https://api.mainnet-beta.solana.com",
        url => url,
    };
    let parsed = reqwest::Url::parse(url).map_err(|_| ConfigError::Url(text.to_owned()))?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none() {
        return Err(ConfigError::Url(text.to_owned()));
    }
    Ok(url.to_owned())
}

/// The websocket's URL of an RPC: `ws` for `http`, and the next port where one is named.
pub fn websocket_url(rpc_url: &str) -> String {
    let Ok(parsed) = reqwest::Url::parse(rpc_url) else {
        return rpc_url.replacen("http", "ws", 1);
    };
    let scheme = if parsed.scheme() == "https" {
        "wss"
    } else {
        "ws"
    };
    let host = parsed.host_str().unwrap_or_default();
    let port = parsed
        .port()
        .map(|port| format!(":{}", port.saturating_add(1)))
        .unwrap_or_default();
    let path = parsed.path();
    let query = parsed
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    format!("{scheme}://{host}{port}{path}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> ConfigFile {
        ConfigFile {
            json_rpc_url: "https://rpc.example.org".to_owned(),
            websocket_url: "wss://events.example.org".to_owned(),
            keypair_path: "/keys/one.json".to_owned(),
            commitment: "finalized".to_owned(),
        }
    }

    #[test]
    fn monikers_stand_for_clusters() -> Result<(), ConfigError> {
        for name in ["l", "localhost", "localnet"] {
            assert_eq!(expand_url(name)?, "http://127.0.0.1:8899");
        }
        assert_eq!(expand_url("devnet")?, "https://api.devnet.solana.com");
        assert_eq!(expand_url("testnet")?, "https://api.testnet.solana.com");
        assert_eq!(
            expand_url("mainnet-beta")?,
            "https://api.mainnet-beta.solana.com"
        );
        assert_eq!(expand_url("http://10.0.0.1:9000")?, "http://10.0.0.1:9000");
        for bad in ["mainet", "", "ftp://host", "http://"] {
            assert!(matches!(expand_url(bad), Err(ConfigError::Url(_))), "{bad}");
        }
        Ok(())
    }

    #[test]
    fn the_websocket_follows_the_rpc() {
        assert_eq!(
            websocket_url("http://127.0.0.1:8899"),
            "ws://127.0.0.1:8900/"
        );
        assert_eq!(
            websocket_url("https://api.devnet.solana.com"),
            "wss://api.devnet.solana.com/"
        );
        assert_eq!(websocket_url("https://h:1/p?key=a"), "wss://h:2/p?key=a");
        assert_eq!(websocket_url("http://[::1]:8899"), "ws://[::1]:8900/");
    }

    #[test]
    fn options_win_over_the_file_and_the_file_over_defaults() -> Result<(), ConfigError> {
        let from_file = Settings::resolve(&Overrides::default(), &file())?;
        assert_eq!(from_file.url, "https://rpc.example.org");
        assert_eq!(from_file.websocket_url, "wss://events.example.org");
        assert_eq!(from_file.keypair, PathBuf::from("/keys/one.json"));
        assert_eq!(from_file.commitment, CommitmentConfig::finalized());

        let overrides = Overrides {
            url: Some("localhost".to_owned()),
            keypair: Some(PathBuf::from("two.json")),
            commitment: Some("processed".to_owned()),
            ..Overrides::default()
        };
        let given = Settings::resolve(&overrides, &file())?;
        assert_eq!(given.url, LOCALNET_URL);
        assert_eq!(given.websocket_url, "ws://127.0.0.1:8900/");
        assert_eq!(given.keypair, PathBuf::from("two.json"));
        assert_eq!(given.commitment, CommitmentConfig::processed());
        Ok(())
    }

    #[test]
    fn solanas_own_file_is_understood() -> Result<(), Box<dyn std::error::Error>> {
        let text = "---\njson_rpc_url: http://localhost:8899\nwebsocket_url: ''\nkeypair_path: /root/id.json\n\
                    address_labels:\n  '11111111111111111111111111111111': System Program\ncommitment: confirmed\n";
        let file: ConfigFile = serde_yaml::from_str(text)?;
        assert_eq!(file.keypair_path, "/root/id.json");
        assert_eq!(file.json_rpc_url, "http://localhost:8899");
        Ok(())
    }
}
