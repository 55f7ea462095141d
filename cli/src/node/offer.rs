//! What a job offers a node: whether to work for it at all, what to know before, and who reads
//! what is handed in.

use sheaf_client::layout::{Job, Validator};
use sheaf_format::{Key, limits::BPS};
use sheaf_protocol::{encryption::is_usable, text::AgeKey};

/// Why nobody works for a job, if so: it takes no more contributions, pays nothing, or its contents
/// would be open to everybody.
pub fn refusal(job: &Job) -> Option<String> {
    let number = job.number;
    let reason = if job.cancelled_at != 0 {
        "was cancelled by its requester".to_owned()
    } else if job.price_per_unit == 0 {
        "has a price of 0: it pays nobody".to_owned()
    } else if !is_usable(&job.encryption_key) {
        format!(
            "cannot be served: its encryption key {} is of small order, so that anybody could read what is encrypted to it",
            AgeKey(job.encryption_key)
        )
    } else {
        return None;
    };
    Some(format!(
        "job {number} {reason}. Choose another with `sheaf job list`"
    ))
}

/// What a contributor should know before working for a job, if there is anything.
pub fn drawback(job: &Job) -> Option<String> {
    let most = most_per_round(job);
    (job.minimum_earning > most).then(|| {
        format!(
            "job {} opens a leaf only for {} base units or more earned in a round, but its round cap leaves {most} for all contributors together: \
             a wallet that never earned in this pool gets nothing from it",
            job.number, job.minimum_earning
        )
    })
}

/// Most base units that one round can leave for contributors: the cap without fees.
fn most_per_round(job: &Job) -> u64 {
    let part = |bps: u16| {
        let part = u128::from(job.round_cap) * u128::from(bps) / u128::from(BPS);
        u64::try_from(part).unwrap_or(u64::MAX)
    };
    job.round_cap
        .saturating_sub(part(job.treasury_bps))
        .saturating_sub(part(job.validators_bps))
}

/// Keys that a job's contents are encrypted to, ascending, each once: the requester's and the
/// validators'. A validator's key of small order is left out, or anybody could read along, and
/// nothing could be encrypted at all.
pub fn recipients(job: &Job, validators: &[Validator]) -> Vec<Key> {
    let theirs = validators
        .iter()
        .map(|validator| validator.encryption_key)
        .filter(is_usable);
    let mut recipients: Vec<Key> = theirs.chain([job.encryption_key]).collect();
    recipients.sort_unstable();
    recipients.dedup();
    recipients
}

#[cfg(test)]
mod tests {
    use super::*;
    use age::x25519::Identity;
    use bytemuck::Zeroable;
    use sheaf_protocol::encryption::{decrypt, encrypt, public_key};

    fn job(identity: &Identity) -> Job {
        Job {
            encryption_key: public_key(identity).expect("a key"),
            price_per_unit: 5,
            round_cap: 1_000,
            treasury_bps: 500,
            validators_bps: 1_500,
            ..Job::zeroed()
        }
    }

    fn validator(encryption_key: Key) -> Validator {
        Validator {
            encryption_key,
            ..Validator::zeroed()
        }
    }

    #[test]
    fn one_validators_weak_key_keeps_nobody_from_working() {
        let (requester, reviewer) = (Identity::generate(), Identity::generate());
        let job = job(&requester);
        let key = public_key(&reviewer).expect("a key");
        let validators = [validator([0; 32]), validator(key), validator(key)];
        let keys = recipients(&job, &validators);
        assert_eq!(keys.len(), 2);
        let content = encrypt(b"a page", &keys).expect("encrypts");
        for reader in [requester, reviewer] {
            assert_eq!(decrypt(&content, &reader).as_deref(), Ok(&b"a page"[..]));
        }
    }

    #[test]
    fn a_job_that_cannot_be_served_or_pays_nothing_is_refused() {
        let good = job(&Identity::generate());
        assert_eq!(refusal(&good), None);
        for (bad, why) in [
            (
                Job {
                    encryption_key: [0; 32],
                    ..good
                },
                "small order",
            ),
            (
                Job {
                    price_per_unit: 0,
                    ..good
                },
                "price of 0",
            ),
            (
                Job {
                    cancelled_at: 9,
                    ..good
                },
                "cancelled",
            ),
        ] {
            let refused = refusal(&bad).expect("refused");
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn a_minimum_that_no_round_can_pay_is_told() {
        let mut job = job(&Identity::generate());
        job.minimum_earning = 800;
        assert_eq!(drawback(&job), None);
        job.minimum_earning = 801;
        assert!(drawback(&job).is_some_and(|told| told.contains("leaves 800")));
        (job.round_cap, job.minimum_earning) = (u64::MAX, u64::MAX);
        assert!(drawback(&job).is_some());
    }
}
