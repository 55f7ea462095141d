//! Signatures and content hashes, checked on threads of their own.
//!
//! Each signature is verified by itself and strictly. Verifying many by one equation
//! (`ed25519_dalek::verify_batch`) takes about half the time, but accepts signatures that strict
//! verification refuses: the equation may hold though a signature's point has a part of small order,
//! and its coefficients follow from its input, so that whoever signs can try until it holds. What
//! everybody else refuses in a batch would make the whole batch pay nothing. Excluding such parts first costs a
//! multiplication of a point for each signature, which is more than the equation saves. The tests below show both.

use super::group::{Asked, Line};
use sheaf_protocol::{
    intake::Content,
    statement::{Signed, StatementError, Submission},
};
use std::{sync::Arc, thread::available_parallelism};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// Most submissions that one thread takes at once.
pub const PER_THREAD: usize = 32;

/// A submission with its ciphertext.
#[derive(Debug)]
pub struct Unverified {
    /// The submission.
    pub submission: Signed<Submission>,
    /// Its ciphertext.
    pub ciphertext: Vec<u8>,
}

/// A ciphertext whose submission is signed by the node it names.
#[derive(Debug)]
pub struct Verified {
    /// Measure of the ciphertext.
    pub content: Content,
    /// The ciphertext.
    pub ciphertext: Vec<u8>,
}

/// What verification says.
pub type Verdict = Result<Verified, StatementError>;

impl Unverified {
    fn verify(self) -> Verdict {
        self.submission.verify_named()?;
        Ok(Verified {
            content: Content::of(&self.ciphertext),
            ciphertext: self.ciphertext,
        })
    }
}

/// Verifies until no more can come, on as many threads as the machine runs at once.
pub async fn run(mut line: Line<Unverified, Verdict>) {
    let threads = available_parallelism().map_or(1, Into::into);
    let free = Arc::new(Semaphore::new(threads));
    while let Ok(thread) = Arc::clone(&free).acquire_owned().await
        && let Some(group) = line.next().await
    {
        spawn_blocking(move || {
            for asked in group {
                Asked::answer_with(asked, Unverified::verify);
            }
            drop(thread);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::group::queue;
    use curve25519_dalek::{
        constants::{ED25519_BASEPOINT_TABLE, EIGHT_TORSION},
        edwards::{CompressedEdwardsY, EdwardsPoint},
        scalar::Scalar,
    };
    use ed25519_dalek::{Signature, VerifyingKey, verify_batch};
    use sha2::{Digest as _, Sha512};
    use sheaf_protocol::statement::{Body as _, region_bytes};
    use std::time::Duration;

    fn body(node: [u8; 32], nonce: u64) -> Submission {
        Submission {
            genesis: [1; 32],
            program: [2; 32],
            job: [3; 32],
            contributor: [4; 32],
            node,
            content_hash: Content::of(b"content").hash,
            earliest_round: 1,
            nonce,
            expiry_slot: 10,
            observed_slot: 5,
            units: 1,
            task: 0,
            content_bytes: 7,
            region: region_bytes("eu").expect("a region"),
        }
    }

    /// A signer who adds points of small order where it likes.
    struct Signer {
        secret: Scalar,
        /// Added to the public key.
        key_part: EdwardsPoint,
        /// Added to the signature's point.
        point_part: EdwardsPoint,
    }

    impl Signer {
        fn public(&self) -> EdwardsPoint {
            &self.secret * ED25519_BASEPOINT_TABLE + self.key_part
        }

        fn sign(&self, nonce: u64) -> Signed<Submission> {
            let key = self.public().compress().to_bytes();
            let body = body(key, nonce);
            let r = Scalar::from(nonce) + Scalar::from(77u64);
            let point = (&r * ED25519_BASEPOINT_TABLE + self.point_part).compress();
            self.finish(body, r, point)
        }

        fn finish(
            &self,
            body: Submission,
            r: Scalar,
            point: CompressedEdwardsY,
        ) -> Signed<Submission> {
            let hash = Sha512::new()
                .chain_update(point.as_bytes())
                .chain_update(body.node)
                .chain_update(body.message());
            let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
            let s = r + k * self.secret;
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(point.as_bytes());
            signature[32..].copy_from_slice(s.as_bytes());
            Signed { body, signature }
        }
    }

    /// Adds the group's order to a signature's scalar: another spelling of it.
    fn spelt_otherwise(mut signed: Signed<Submission>) -> Signed<Submission> {
        const ORDER: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
            0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let mut carry = 0u16;
        for (byte, add) in signed.signature[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        signed
    }

    /// Encodings of points of small order, canonical or not: y = 1, -1, p, p + 1, each with both
    /// signs, and those of order 4 and 8.
    fn small_order_encodings() -> Vec<[u8; 32]> {
        let mut all: Vec<[u8; 32]> = EIGHT_TORSION
            .iter()
            .map(|point| point.compress().to_bytes())
            .collect();
        let mut prime = [0xff; 32];
        (prime[0], prime[31]) = (0xed, 0x7f);
        let mut one_more = prime;
        one_more[0] = 0xee;
        all.extend([prime, one_more]);
        let signed: Vec<[u8; 32]> = all
            .iter()
            .map(|bytes| {
                let mut other = *bytes;
                other[31] ^= 0x80;
                other
            })
            .collect();
        all.extend(signed);
        all
    }

    /// Honest and dishonest signatures of every sort.
    fn adversarial() -> Vec<Signed<Submission>> {
        let mut all = Vec::new();
        let none = EIGHT_TORSION[0];
        for key_part in EIGHT_TORSION {
            for point_part in EIGHT_TORSION {
                let signer = Signer {
                    secret: Scalar::from(4_711u64),
                    key_part,
                    point_part,
                };
                // Where the key has a part of small order, some messages verify and some do not.
                all.extend((0..8).map(|nonce| signer.sign(nonce)));
            }
        }
        let honest = Signer {
            secret: Scalar::from(99u64),
            key_part: none,
            point_part: none,
        };
        for encoding in small_order_encodings() {
            // As the key: with s = 0 and R of small order, lax verification accepts.
            for r in small_order_encodings() {
                let mut signature = [0; 64];
                signature[..32].copy_from_slice(&r);
                all.push(Signed {
                    body: body(encoding, 1),
                    signature,
                });
            }
            // As the signature's point.
            let r = CompressedEdwardsY(encoding);
            let key = honest.public().compress().to_bytes();
            all.push(honest.finish(body(key, 2), Scalar::ZERO, r));
        }
        let signed = honest.sign(3);
        all.push(signed);
        all.push(spelt_otherwise(signed));
        let mut flipped = signed;
        flipped.signature[0] ^= 1;
        all.push(flipped);
        let mut high = signed;
        high.signature[63] |= 0xe0;
        all.push(high);
        let mut not_a_key = signed;
        not_a_key.body.node = [2; 32];
        all.push(not_a_key);
        all
    }

    fn strictly(signed: &Signed<Submission>) -> bool {
        VerifyingKey::from_bytes(&signed.body.node).is_ok_and(|key| {
            let signature = Signature::from_bytes(&signed.signature);
            key.verify_strict(&signed.body.message(), &signature)
                .is_ok()
        })
    }

    #[tokio::test]
    async fn what_is_verified_in_groups_is_what_strict_verification_accepts() {
        let all = adversarial();
        let expected: Vec<bool> = all.iter().map(strictly).collect();
        let accepted = expected.iter().filter(|accepted| **accepted).count();
        assert!(accepted > 8 && accepted < all.len() - 8, "{accepted}");

        let (queue, line) = queue(all.len(), PER_THREAD, Duration::ZERO);
        let verifying = tokio::spawn(run(line));
        let asks = all.iter().map(|submission| {
            queue.ask(Unverified {
                submission: *submission,
                ciphertext: b"content".to_vec(),
            })
        });
        let answers = futures_util::future::join_all(asks).await;
        for ((answer, expected), signed) in answers.iter().zip(expected).zip(&all) {
            let verdict = answer.as_ref().expect("an answer");
            assert_eq!(verdict.is_ok(), expected, "{signed:?}");
        }
        drop(queue);
        verifying.await.expect("it ended by itself");
    }

    /// Why signatures are not verified by one equation. If this fails, the library's batch has become
    /// strict: use it.
    #[test]
    fn one_equation_for_many_accepts_what_strict_verification_refuses() {
        let signer = Signer {
            secret: Scalar::from(5u64),
            key_part: EIGHT_TORSION[0],
            point_part: EIGHT_TORSION[4],
        };
        let forged = (0..64).map(|nonce| signer.sign(nonce)).find(|signed| {
            let key = VerifyingKey::from_bytes(&signed.body.node).expect("a key");
            // Neither the key nor the point is of small order, and both are canonical.
            let point = CompressedEdwardsY::from_slice(&signed.signature[..32]).expect("32 bytes");
            let point = point.decompress().expect("a point");
            assert!(!key.is_weak() && !point.is_small_order());
            assert_eq!(point.compress().as_bytes()[..], signed.signature[..32]);
            let signature = Signature::from_bytes(&signed.signature);
            verify_batch(&[&signed.body.message()], &[signature], &[key]).is_ok()
        });
        let forged = forged.expect("half of all are accepted");
        assert!(!strictly(&forged));
        assert!(forged.verify_named().is_err());
    }
}
