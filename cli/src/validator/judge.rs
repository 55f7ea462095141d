//! Contributions to one task: downloaded, decrypted, and judged by the kind, beside each other where it
//! compares them.

use super::{gather::JobData, voter::Voter};
use anyhow::{anyhow, ensure};
use sheaf_format::{Hash, digest::sha256};
use sheaf_kinds::{Claim, Review, Reviewer};
use sheaf_protocol::{
    encryption,
    statement::{Signed, Submission},
};
use std::sync::Arc;

/// Bytes by which encryption may lengthen a content: a stanza for each recipient, a tag for each 64 KiB.
const MAX_SEAL_BYTES: usize = 16 << 10;

/// A submission's review, or why there is none.
pub type Judged = (Hash, anyhow::Result<Review>);

/// A contribution, and its plaintext; or why reviewers cannot read it.
type Opened = (Signed<Submission>, Result<Vec<u8>, String>);

/// Judges contributions to one task, beside each other and `others`. What cannot be had now keeps all of
/// them from being judged, or agreement would depend on who could be reached.
pub async fn judge(
    voter: Arc<Voter>,
    job: Arc<JobData>,
    reviewer: Arc<dyn Reviewer>,
    wanted: Vec<Signed<Submission>>,
    others: Vec<Signed<Submission>>,
    permit_until_slot: u64,
) -> Vec<Judged> {
    let ids: Vec<Hash> = wanted.iter().map(Signed::id).collect();
    let longest = job.kind.longest();
    let reviews = async {
        let mut opened: Vec<Opened> = Vec::new();
        for submission in wanted.iter().chain(&others) {
            let plaintext = open(&voter, &submission.body, longest, permit_until_slot).await?;
            opened.push((*submission, plaintext));
        }
        let count = wanted.len();
        let reviews = move || review_all(&*reviewer, &opened, count);
        anyhow::Ok(tokio::task::spawn_blocking(reviews).await?)
    };
    match reviews.await {
        Ok(reviews) => ids.into_iter().zip(reviews.into_iter().map(Ok)).collect(),
        Err(error) => {
            let why = format!("{error:#}");
            let unjudged = |id| (id, Err(anyhow!(why.clone())));
            ids.into_iter().map(unjudged).collect()
        }
    }
}

/// A content's plaintext. One that this validator cannot decrypt was not meant for its reviewers; one
/// that is longer than the kind's contributions is not looked at.
async fn open(
    voter: &Voter,
    body: &Submission,
    longest: usize,
    permit_until_slot: u64,
) -> anyhow::Result<Result<Vec<u8>, String>> {
    if body.content_bytes as usize > longest.saturating_add(MAX_SEAL_BYTES) {
        return Ok(Err("it is longer than the job takes".to_owned()));
    }
    let request = voter.request(body.content_hash, permit_until_slot);
    let content = voter.indexer.content(&request).await?;
    ensure!(
        sha256(&[&content]) == body.content_hash,
        "the indexer gave another content: do not trust it"
    );
    let identity = Arc::clone(&voter.identity);
    let decrypt = move || encryption::decrypt(&content, &identity);
    let plaintext = tokio::task::spawn_blocking(decrypt).await?;
    Ok(plaintext.map_err(|error| error.to_string()))
}

/// Judges the first `count`, each beside all others.
fn review_all(reviewer: &dyn Reviewer, opened: &[Opened], count: usize) -> Vec<Review> {
    let review = |(at, (submission, plaintext)): (usize, &Opened)| {
        let plaintext = match plaintext {
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
        let others: Vec<Option<&[u8]>> = opened
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, (_, plaintext))| plaintext.as_deref().ok())
            .collect();
        reviewer.review_among(&claim, plaintext, &others)
    };
    opened.iter().take(count).enumerate().map(review).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use age::x25519::Identity;
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
    fn each_is_judged_beside_all_others_and_unreadable_ones_count() {
        let read = |text: &str| Ok(text.as_bytes().to_vec());
        let opened = [
            (submission(0), read("one")),
            (submission(1), Err("not for us".to_owned())),
            (submission(2), read("two")),
            (submission(3), read("three")),
        ];
        // The last one is only compared with.
        let reviews = review_all(&Counting, &opened, 3);
        let told: Vec<(u16, &str)> = reviews
            .iter()
            .map(|review| (review.quality_bps, review.reason.as_str()))
            .collect();
        assert_eq!(told, [(302, "one"), (0, "not for us"), (302, "two")]);
    }

    #[test]
    fn encryption_to_everybody_lengthens_a_content_by_no_more_than_is_allowed_for()
    -> anyhow::Result<()> {
        let everybody = (0..33)
            .map(|_| public_key(&Identity::generate()))
            .collect::<Result<Vec<_>, _>>()?;
        let plaintext = vec![0; 1 << 20];
        let content = encryption::encrypt(&plaintext, &everybody)?;
        assert!(content.len() - plaintext.len() < MAX_SEAL_BYTES);
        Ok(())
    }
}
