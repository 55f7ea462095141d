//! An archive's files, sorted into records and what is dropped.

use super::{
    archive::{Archive, ArchiveError, Limits, MAX_ENTRY_BYTES},
    discord, redact, takeout, tiktok, x,
};
use serde::Serialize;
use serde_json::{Map, Value};
use sheaf_protocol::{statement::consent::DataClass, text::UnixTime};
use std::{
    collections::BTreeMap,
    fmt,
    io::{Read, Seek},
    str::FromStr,
};

/// Where an archive comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// X, once Twitter: "Your archive".
    X,
    /// Discord: "Request all of my data".
    Discord,
    /// YouTube in Google Takeout.
    Youtube,
    /// TikTok: "Download your data", as JSON.
    Tiktok,
}

impl Platform {
    const ALL: [Self; 4] = [Self::X, Self::Discord, Self::Youtube, Self::Tiktok];

    /// Its word on the command line and in records.
    pub const fn word(self) -> &'static str {
        match self {
            Self::X => "x",
            Self::Discord => "discord",
            Self::Youtube => "youtube",
            Self::Tiktok => "tiktok",
        }
    }

    /// The part of a platform's archive that a file is; `None` when it is no part that is read.
    fn part(self, name: &str) -> Option<Part> {
        match self {
            Self::X => x::part(name),
            Self::Discord => discord::part(name),
            Self::Youtube => takeout::part(name),
            Self::Tiktok => tiktok::part(name),
        }
    }
}

impl FromStr for Platform {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|one| one.word() == word);
        found.ok_or_else(|| format!("{word:?} is not one of x, discord, youtube, tiktok"))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// What a file of an archive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// X: what the person wrote.
    Tweets,
    /// X: what the person liked.
    Likes,
    /// Discord: what the person wrote in a channel.
    Channel,
    /// YouTube: what the person watched.
    Watched,
    /// YouTube: what the person searched for.
    Searched,
    /// TikTok: everything.
    UserData,
    /// Letters of and to others: never opened.
    DirectMessages,
}

/// Why something of an archive is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dropped {
    /// Its class of data is not allowed.
    NotAllowed,
    /// Direct messages: they belong to both sides. Counted are conversations or files, which are not opened.
    DirectMessages,
    /// What others wrote: reposts.
    OthersWords,
    /// Nothing was left without what belongs to others.
    NothingLeft,
    /// Advertisements, which the person did not choose.
    Advertisement,
    /// Entries that are not as documented.
    NotUnderstood,
    /// Files that are none of the person's posts, messages and so on. They are not opened.
    OtherFile,
}

impl Dropped {
    /// What it is, for people.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::NotAllowed => "of classes that are not allowed",
            Self::DirectMessages => "direct messages (conversations or files, not opened)",
            Self::OthersWords => "words of others",
            Self::NothingLeft => "nothing left without what belongs to others",
            Self::Advertisement => "advertisements",
            Self::NotUnderstood => "entries that are not as documented",
            Self::OtherFile => "other files (not opened)",
        }
    }
}

/// A record made from an archive.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Imported {
    /// Where it comes from.
    pub platform: Platform,
    /// What it is.
    pub class: DataClass,
    /// When it was written or done, to the second; absent when the archive does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The person's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The platform's number of what was watched or liked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
}

impl Imported {
    /// The record as it is handed in.
    pub fn fields(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields,
            // Texts always become an object.
            _ => Map::new(),
        }
    }
}

/// What an archive gives.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Import {
    /// Where it comes from.
    pub platform: Platform,
    /// Records of the person alone.
    pub records: Vec<Imported>,
    /// What was dropped, and how much of it.
    pub dropped: BTreeMap<Dropped, usize>,
    /// Places in the kept texts where something of others was replaced.
    pub redacted_places: usize,
    /// Files that records were taken from.
    pub files: Vec<String>,
}

/// Why an archive gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// The archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// No known file in it.
    #[error(
        "nothing in it is known: it should be an archive of X (data/tweets.js), Discord (messages/*/messages.json), \
         YouTube Takeout (watch-history.json) or TikTok (user_data.json)"
    )]
    UnknownPlatform,
    /// Not that platform's.
    #[error("it has none of the files of {0}: leave the platform out to have it found")]
    NotOfPlatform(Platform),
    /// A file that is not as documented.
    #[error("{file} is not as documented: {reason}")]
    NotAsDocumented {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
}

/// Reads an export archive: a zip file, or one of its files alone by its name. Only records of `allowed`
/// classes are kept. Without `platform` the names of the files decide.
///
/// # Errors
/// [`ImportError`].
pub fn import_archive<R: Read + Seek>(
    name: &str,
    mut file: R,
    platform: Option<Platform>,
    allowed: &[DataClass],
) -> Result<Import, ImportError> {
    let mut start = Vec::new();
    file.by_ref().take(2).read_to_end(&mut start)?;
    if start != b"PK" {
        let platform = found(platform, &[name.to_owned()])?;
        let mut collector = Collector::new(platform, allowed);
        let whole = file.take(MAX_ENTRY_BYTES + 1).read_to_end(&mut start)?;
        if whole as u64 > MAX_ENTRY_BYTES {
            return Err(ArchiveError::EntryTooLarge {
                name: name.to_owned(),
                limit: MAX_ENTRY_BYTES,
            }
            .into());
        }
        collector.file(name, platform.part(name), || Ok(start), None)?;
        return Ok(collector.import);
    }
    file.rewind()?;
    let mut archive = Archive::open(file, Limits::default())?;
    let names = archive.names().to_vec();
    let platform = found(platform, &names)?;
    let mut collector = Collector::new(platform, allowed);
    for (index, name) in names.iter().enumerate() {
        if name.ends_with('/') || (platform == Platform::Discord && discord::is_channel(name)) {
            continue;
        }
        let part = platform.part(name);
        let channel = match part {
            Some(Part::Channel) => {
                let beside = discord::channel_of(name);
                let beside = names.iter().position(|other| *other == beside);
                beside.map(|at| archive.entry(at)).transpose()?
            }
            _ => None,
        };
        collector.file(name, part, || archive.entry(index), channel.as_deref())?;
    }
    Ok(collector.import)
}

/// The platform whose files these are.
fn found(platform: Option<Platform>, names: &[String]) -> Result<Platform, ImportError> {
    let is_of = |platform: &Platform| names.iter().any(|name| platform.part(name).is_some());
    match platform {
        Some(platform) if is_of(&platform) => Ok(platform),
        Some(platform) => Err(ImportError::NotOfPlatform(platform)),
        None => Platform::ALL
            .into_iter()
            .find(is_of)
            .ok_or(ImportError::UnknownPlatform),
    }
}

/// Where records and what is dropped come together.
pub(super) struct Collector<'a> {
    allowed: &'a [DataClass],
    import: Import,
}

impl<'a> Collector<'a> {
    fn new(platform: Platform, allowed: &'a [DataClass]) -> Self {
        Self {
            allowed,
            import: Import {
                platform,
                records: Vec::new(),
                dropped: BTreeMap::new(),
                redacted_places: 0,
                files: Vec::new(),
            },
        }
    }

    /// Sorts one file; it is opened only when something in it may be kept.
    fn file(
        &mut self,
        name: &str,
        part: Option<Part>,
        open: impl FnOnce() -> Result<Vec<u8>, ArchiveError>,
        channel: Option<&[u8]>,
    ) -> Result<(), ImportError> {
        let part = match part {
            None => {
                self.drop(Dropped::OtherFile);
                return Ok(());
            }
            Some(Part::DirectMessages) => {
                self.drop(Dropped::DirectMessages);
                return Ok(());
            }
            Some(part) => part,
        };
        if part == Part::Channel && !discord::is_group(channel) {
            self.drop(Dropped::DirectMessages);
            return Ok(());
        }
        let bytes = open()?;
        let before = self.import.records.len();
        let read = match part {
            Part::Tweets => x::tweets(&bytes, self),
            Part::Likes => x::likes(&bytes, self),
            Part::Channel => discord::messages(name, &bytes, self),
            Part::Watched => takeout::watched(name, &bytes, self),
            Part::Searched => takeout::searched(name, &bytes, self),
            Part::UserData => tiktok::user_data(&bytes, self),
            Part::DirectMessages => Ok(()),
        };
        read.map_err(|reason| ImportError::NotAsDocumented {
            file: name.chars().take(100).collect(),
            reason,
        })?;
        if self.import.records.len() > before {
            self.import.files.push(name.to_owned());
        }
        Ok(())
    }

    /// Counts something that is dropped.
    pub fn drop(&mut self, reason: Dropped) {
        *self.import.dropped.entry(reason).or_default() += 1;
    }

    /// Takes what the person wrote, without what belongs to others.
    pub fn text(&mut self, class: DataClass, time: Option<UnixTime>, text: &str, others: &[&str]) {
        if !self.allowed.contains(&class) {
            return self.drop(Dropped::NotAllowed);
        }
        let redacted = redact(text, others);
        if redacted.text.is_empty() {
            return self.drop(Dropped::NothingLeft);
        }
        self.import.redacted_places += redacted.places;
        self.push(class, time, Some(redacted.text), None);
    }

    /// Takes what the person did with something of the platform's.
    pub fn item(&mut self, class: DataClass, time: Option<UnixTime>, item: &str) {
        if !self.allowed.contains(&class) {
            return self.drop(Dropped::NotAllowed);
        }
        self.push(class, time, None, Some(item.to_owned()));
    }

    fn push(
        &mut self,
        class: DataClass,
        time: Option<UnixTime>,
        text: Option<String>,
        item: Option<String>,
    ) {
        self.import.records.push(Imported {
            platform: self.import.platform,
            class,
            time: time.map(UnixTime::rfc3339),
            text,
            item,
        });
    }
}
