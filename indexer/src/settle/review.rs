//! `sheaf-indexer review`: actions that were put aside, because no retry mends them.

use crate::{
    arguments::{Output, Review as Arguments, ReviewCommand},
    store::{JournalStore, Location, SqlStore, journal::Review},
};
use anyhow::{Context as _, ensure};
use std::{fmt::Write as _, io::Write as _, path::Path};

/// Does what the command line says.
///
/// # Errors
/// When there is no database, or no action of that number.
pub async fn review(arguments: Arguments) -> anyhow::Result<()> {
    let store = open_existing(arguments.database.as_ref(), &arguments.data).await?;
    let done = answer(&store, &arguments).await;
    store.close().await;
    let text = done?;
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("cannot write to standard output")
}

/// Opens the database of an indexer that has worked: the one that is named, or the file in this
/// folder.
///
/// # Errors
/// When there is none, or it cannot be used.
pub async fn open_existing(named: Option<&Location>, data: &Path) -> anyhow::Result<SqlStore> {
    let file = || Location::File(data.join("indexer.sqlite"));
    let location = named.cloned().unwrap_or_else(file);
    if let Location::File(file) = &location {
        ensure!(
            file.is_file(),
            "there is no database {}: name the folder that `sheaf-indexer run` works in with --data, or its database with --database",
            file.display()
        );
    }
    SqlStore::open(&location)
        .await
        .with_context(|| format!("cannot use the database {location}"))
}

async fn answer(store: &dyn JournalStore, arguments: &Arguments) -> anyhow::Result<String> {
    match &arguments.command {
        ReviewCommand::List => {
            let reviews = store.reviews().await?;
            Ok(match arguments.output {
                Output::Text => table(&reviews),
                Output::Json => json(&reviews)?,
            })
        }
        ReviewCommand::Retry { all: true, .. } => {
            let mut count = 0;
            for review in store.reviews().await? {
                if !review.dropped && store.retry_review(review.id).await? {
                    count += 1;
                }
            }
            Ok(format!("{count} actions are tried again\n"))
        }
        ReviewCommand::Retry { id, .. } => {
            let id = id.context("name the number that `review list` shows, or --all")?;
            ensure!(store.retry_review(id).await?, unknown(id));
            Ok(format!("action {id} is tried again, if it is still due\n"))
        }
        ReviewCommand::Drop { id } => {
            ensure!(store.drop_review(*id).await?, unknown(*id));
            Ok(format!(
                "action {id} is given up; `review retry {id}` takes that back\n"
            ))
        }
    }
}

fn unknown(id: u64) -> String {
    format!("no action has number {id}: see `sheaf-indexer review list`")
}

fn state(review: &Review) -> &'static str {
    if review.dropped { "dropped" } else { "waiting" }
}

fn table(reviews: &[Review]) -> String {
    if reviews.is_empty() {
        return "nothing was put aside\n".to_owned();
    }
    let mut text = String::new();
    for review in reviews {
        let aside = &review.aside;
        // Writing to a string never fails.
        let _ = writeln!(
            text,
            "{:>4}  {}  {}  (slot {})\n      {}: {}",
            review.id,
            state(review),
            aside.action,
            aside.slot,
            aside.reason,
            aside.detail
        );
    }
    text
}

fn json(reviews: &[Review]) -> anyhow::Result<String> {
    let all: Vec<_> = reviews
        .iter()
        .map(|review| {
            let aside = &review.aside;
            serde_json::json!({
                "id": review.id,
                "state": state(review),
                "action": aside.action,
                "reason": aside.reason,
                "detail": aside.detail,
                "slot": aside.slot,
                "transaction": bs58::encode(&aside.bytes).into_string(),
            })
        })
        .collect();
    Ok(serde_json::to_string_pretty(&all)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::journal::PutAside;
    use tempfile::TempDir;

    async fn store() -> (SqlStore, TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqlStore::open(&Location::File(folder.path().join("indexer.sqlite"))).await;
        (store.expect("a database"), folder)
    }

    async fn said(store: &SqlStore, command: ReviewCommand, output: Output) -> String {
        let arguments = Arguments {
            command,
            data: "here".into(),
            database: None,
            output,
        };
        match answer(store, &arguments).await {
            Ok(text) => text,
            Err(error) => format!("error: {error:#}"),
        }
    }

    fn aside(action: &str) -> PutAside {
        PutAside {
            action: action.to_owned(),
            reason: "NotAggregator".to_owned(),
            detail: "refused".to_owned(),
            bytes: vec![1, 2],
            slot: 7,
        }
    }

    #[tokio::test]
    async fn what_was_put_aside_is_listed_dropped_and_retried() {
        let (store, _folder) = store().await;
        let list = async || said(&store, ReviewCommand::List, Output::Text).await;
        assert_eq!(list().await, "nothing was put aside\n");
        assert!(store.put_aside(&aside("a")).await.expect("kept"));
        assert!(!store.put_aside(&aside("a")).await.expect("known"));
        assert!(store.put_aside(&aside("b")).await.expect("kept"));
        let ids: Vec<u64> = store
            .reviews()
            .await
            .expect("read")
            .iter()
            .map(|one| one.id)
            .collect();
        let drop = ReviewCommand::Drop { id: ids[0] };
        said(&store, drop, Output::Text).await;
        let text = list().await;
        assert!(
            text.contains("dropped  a  (slot 7)") && text.contains("waiting  b"),
            "{text}"
        );
        let all = ReviewCommand::Retry {
            id: None,
            all: true,
        };
        assert_eq!(
            said(&store, all, Output::Text).await,
            "1 actions are tried again\n"
        );
        assert_eq!(
            store.reviews().await.expect("read").len(),
            1,
            "dropped ones stay"
        );
        let one = ReviewCommand::Retry {
            id: Some(ids[0]),
            all: false,
        };
        said(&store, one, Output::Text).await;
        assert_eq!(list().await, "nothing was put aside\n");
    }

    #[tokio::test]
    async fn an_unknown_number_is_an_error_and_json_has_the_bytes() {
        let (store, _folder) = store().await;
        let text = said(&store, ReviewCommand::Drop { id: 9 }, Output::Text).await;
        assert!(text.contains("no action has number 9"), "{text}");
        store.put_aside(&aside("a")).await.expect("kept");
        let text = said(&store, ReviewCommand::List, Output::Json).await;
        let all: serde_json::Value = serde_json::from_str(&text).expect("json");
        assert_eq!(all[0]["transaction"], bs58::encode([1, 2]).into_string());
        assert_eq!(all[0]["state"], "waiting");
    }
}
