//! Contributions to one task: downloaded, decrypted, and judged by the kind, beside each other where it
//! compares them.

use super::voter::Voter;
use age::x25519::Identity;
use anyhow::{anyhow, ensure};
use sheaf_format::{Hash, digest::sha256};
use sheaf_kinds::{Claim, Review, Reviewer};
use sheaf_protocol::{
    encryption,
    statement::{Signed, Submission},
};
use std::sync::Arc;

/// A submission's review, or why there is none.
pub type Judged = (Hash, anyhow::Result<Review>);

/// Judges contributions to one task, beside each other and `others`. What cannot be had now keeps all of
/// them from being judged, or agreement would depend on who could be reached.
pub async fn judge(
    voter: Arc<Voter>,
    reviewer: Arc<dyn Reviewer>,
    wanted: Vec<Signed<Submission>>,
    others: Vec<Signed<Submission>>,
    permit_until_slot: u64,
) -> Vec<Judged> {
    let mut contents = Vec::new();
    for submission in wanted.iter().chain(&others) {
        match content(&voter, &submission.body, permit_until_slot).await {
            Ok(content) => contents.push((*submission, content)),
            Err(error) => {
                let why = format!("{error:#}");
                let unjudged = |one: &Signed<Submission>| (one.id(), Err(anyhow!(why.clone())));
                return wanted.iter().map(unjudged).collect();
            }
        }
    }
    let identity = Arc::clone(&voter.identity);
    let count = wanted.len();
    let reviews =
        tokio::task::spawn_blocking(move || review_all(&*reviewer, &contents, count, &identity));
    let ids = wanted.iter().map(Signed::id);
    match reviews.await {
        Ok(reviews) => ids.zip(reviews.into_iter().map(Ok)).collect(),
        Err(error) => ids
            .map(|id| (id, Err(anyhow!("the review broke off: {error}"))))
            .collect(),
    }
}

async fn content(
    voter: &Voter,
    body: &Submission,
    permit_until_slot: u64,
) -> anyhow::Result<Vec<u8>> {
    let request = voter.request(body.content_hash, permit_until_slot);
    let content = voter.indexer.content(&request).await?;
    ensure!(
        sha256(&[&content]) == body.content_hash,
        "the indexer gave another content: do not trust it"
    );
    Ok(content)
}

/// Judges the first `count` contents, each beside all others. One that this validator cannot decrypt
/// was not meant for its reviewers.
fn review_all(
    reviewer: &dyn Reviewer,
    contents: &[(Signed<Submission>, Vec<u8>)],
    count: usize,
    identity: &Identity,
) -> Vec<Review> {
    let plaintexts: Vec<Result<Vec<u8>, String>> = contents
        .iter()
        .map(|(_, content)| {
            encryption::decrypt(content, identity).map_err(|error| error.to_string())
        })
        .collect();
    let review = |(at, (submission, _)): (usize, &(Signed<Submission>, Vec<u8>))| {
        let plaintext = match &plaintexts[at] {
            Ok(plaintext) => plaintext,
            Err(reason) => return Review::worthless(reason.clone()),
        };
        let Ok(region) = submission.body.region_text() else {
            return Review::worthless("its region is not readable");
        };
        let claim = Claim {
            contributor: submission.body.contributor,
            task: submission.body.task,
            region: region.to_owned(),
            observed_slot: submission.body.observed_slot,
        };
        let others: Vec<Option<&[u8]>> = plaintexts
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, plaintext)| plaintext.as_deref().ok())
            .collect();
        reviewer.review_among(&claim, plaintext, &others)
    };
    contents
        .iter()
        .take(count)
        .enumerate()
        .map(review)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;
    use sheaf_protocol::{encryption::public_key, statement::region_bytes};

    /// Says how many others it saw, and how many of them it could read.
    struct Counting;

    impl Reviewer for Counting {
        fn review(&self, _claim: &Claim, _plaintext: &[u8]) -> Review {
            Review::worthless("not beside others")
        }

        fn review_among(&self, _: &Claim, own: &[u8], others: &[Option<&[u8]>]) -> Review {
            assert!(others.iter().all(|other| *other != Some(own)));
            Review {
                quality_bps: 100 * others.len() as u16 + others.iter().flatten().count() as u16,
                reason: String::from_utf8_lossy(own).into_owned(),
            }
        }
    }

    fn submission(nonce: u64) -> Signed<Submission> {
        let body = Submission {
            genesis: [0; 32],
            program: [0; 32],
            job: [0; 32],
            contributor: [1; 32],
            node: [2; 32],
            content_hash: [3; 32],
            earliest_round: 0,
            nonce,
            expiry_slot: 1,
            observed_slot: 1,
            units: 1,
            task: 0,
            content_bytes: 1,
            region: region_bytes("eu-west").expect("a region"),
        };
        Signed::sign(body, &SigningKey::from_bytes(&[4; 32]))
    }

    #[test]
    fn each_is_judged_beside_all_others_and_unreadable_ones_count() -> anyhow::Result<()> {
        let (identity, stranger) = (Identity::generate(), Identity::generate());
        let sealed = |text: &str, to: &Identity| -> anyhow::Result<Vec<u8>> {
            Ok(encryption::encrypt(text.as_bytes(), &[public_key(to)?])?)
        };
        let contents = [
            (submission(0), sealed("one", &identity)?),
            (submission(1), sealed("hidden", &stranger)?),
            (submission(2), sealed("two", &identity)?),
            (submission(3), sealed("three", &identity)?),
        ];
        // The last one is only compared with.
        let reviews = review_all(&Counting, &contents, 3, &identity);
        let told: Vec<(u16, &str)> = reviews
            .iter()
            .map(|review| (review.quality_bps, review.reason.as_str()))
            .collect();
        assert_eq!([told[0], told[2]], [(302, "one"), (302, "two")]);
        assert_eq!((told.len(), told[1].0), (3, 0));
        Ok(())
    }
}
