//! The way of submissions through intake: many at once, in bounded numbers.
//!
//! ```text
//! requests → cheap checks → signatures and hashes → what is stored of them → content → database → receipt
//!            (submission)   (verify, in threads)     (groups, one reading)   (disk)    (groups, one commit)
//! ```
//!
//! Each request follows its submission all the way, so that a seat for every request bounds every
//! queue. When there is no seat the request is refused and comes again: nothing waits unbounded, and nothing
//! is acknowledged that is not on disk.

use super::{
    IntakeError,
    capacity::{Capacity, Seat},
    group::{Asked, Line, Queue, Unanswered, queue},
    rate::RateLimit,
    settings::IntakeSettings,
    source::Source,
    turns::{Taken, Turns},
    verify::{self, PER_THREAD, Unverified, Verdict},
};
use crate::store::{
    Store, StoreError,
    intake::{Acquaintance, Admission, Admitted},
};
use axum::http::HeaderMap;
use ipnet::IpNet;
use sheaf_format::{Hash, Key, digest::sha256};
use sheaf_protocol::{
    intake::{Refusal, check_signature},
    statement::{Delegation, Signed, Submission},
};
use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Submissions that are looked up or stored by one database transaction, at most.
const PER_TRANSACTION: usize = 256;
/// How long a group waits for more after its first.
const LINGER: Duration = Duration::from_millis(2);
/// Delegations remembered as verified.
const MOST_DELEGATIONS: usize = 100_000;

/// A submission to look up, with the number of its job.
type Question = (Signed<Submission>, u64);
/// The round that takes submissions, and what is stored for or against this one.
type Findings = (u64, Acquaintance);

/// Where submissions are taken. Cheap to clone.
#[derive(Clone)]
pub struct Intake(Arc<Parts>);

struct Parts {
    trusted_proxies: Vec<IpNet>,
    deadline: Duration,
    by_address: RateLimit<Source>,
    by_node: RateLimit<Key>,
    capacity: Capacity,
    turns: Turns,
    verifying: Queue<Unverified, Verdict>,
    looking: Queue<Question, Findings>,
    admitting: Queue<Admission, Admitted>,
    /// The round that took submissions when last asked.
    round: Arc<AtomicU64>,
    /// Hashes of delegations whose signature was verified.
    delegations: Mutex<HashSet<Hash>>,
}

/// The workers behind it.
#[must_use = "nothing is taken unless they run"]
pub struct Workers {
    verifying: Line<Unverified, Verdict>,
    looking: Line<Question, Findings>,
    admitting: Line<Admission, Admitted>,
    round: Arc<AtomicU64>,
}

impl Intake {
    /// An intake within limits, and the workers that have to run for it.
    pub fn new(settings: &IntakeSettings) -> (Self, Workers) {
        let seats = settings.intake_requests.max(1);
        let round = Arc::new(AtomicU64::new(0));
        let (verifying, to_verify) = queue(seats, PER_THREAD, Duration::ZERO);
        let (looking, to_look) = queue(seats, PER_TRANSACTION, LINGER);
        let (admitting, to_admit) = queue(seats, PER_TRANSACTION, LINGER);
        let parts = Parts {
            trusted_proxies: settings.trusted_proxies.clone(),
            deadline: Duration::from_secs(settings.intake_deadline.max(1)),
            by_address: RateLimit::new(settings.address()),
            by_node: RateLimit::new(settings.node()),
            capacity: Capacity::new(seats, settings.intake_memory.saturating_mul(1 << 20)),
            turns: Turns::default(),
            verifying,
            looking,
            admitting,
            round: Arc::clone(&round),
            delegations: Mutex::default(),
        };
        let workers = Workers {
            verifying: to_verify,
            looking: to_look,
            admitting: to_admit,
            round,
        };
        (Self(Arc::new(parts)), workers)
    }

    /// From where a request comes; `peer` is unknown only where there is no connection.
    pub fn source(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Source {
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        Source::of_request(peer, headers, &self.0.trusted_proxies)
    }

    /// Counts a request of an address.
    ///
    /// # Errors
    /// [`IntakeError::AddressTooFast`].
    pub fn count_address(&self, source: Source) -> Result<(), IntakeError> {
        let checked = self.0.by_address.check(&source);
        checked.map_err(|wait| IntakeError::AddressTooFast { wait })
    }

    /// Counts a submission of a node, once its signature is verified: nobody uses up another's rate.
    ///
    /// # Errors
    /// [`IntakeError::NodeTooFast`].
    pub(super) fn count_node(&self, node: &Key) -> Result<(), IntakeError> {
        let checked = self.0.by_node.check(node);
        checked.map_err(|wait| IntakeError::NodeTooFast { wait })
    }

    /// A seat for a request with so many bytes of content.
    ///
    /// # Errors
    /// [`IntakeError::Overloaded`].
    pub fn seat(&self, source: Source, bytes: u32) -> Result<Seat, IntakeError> {
        let seat = self.0.capacity.seat(source, bytes);
        seat.ok_or(IntakeError::Overloaded)
    }

    /// How long a content may take to arrive, and then a submission to be dealt with.
    pub fn deadline(&self) -> Duration {
        self.0.deadline
    }

    /// The round that took submissions when last asked; 0 before.
    pub(super) fn last_round(&self) -> u64 {
        self.0.round.load(Ordering::Relaxed)
    }

    /// Waits until nothing else of this node or contributor is between looking up and storing.
    pub(super) async fn turn(&self, body: &Submission) -> Taken<'_> {
        self.0.turns.take(&body.node, &body.contributor).await
    }

    pub(super) async fn verify(
        &self,
        submission: Signed<Submission>,
        ciphertext: Vec<u8>,
    ) -> Result<Verdict, Unanswered> {
        let unverified = Unverified {
            submission,
            ciphertext,
        };
        self.0.verifying.ask(unverified).await
    }

    pub(super) async fn look_up(
        &self,
        submission: Signed<Submission>,
        job: u64,
    ) -> Result<Findings, Unanswered> {
        self.0.looking.ask((submission, job)).await
    }

    pub(super) async fn admit(&self, admission: Admission) -> Result<Admitted, Unanswered> {
        self.0.admitting.ask(admission).await
    }

    /// Verifies a stored delegation's signature, once.
    pub(super) fn verify_delegation(&self, delegation: &Signed<Delegation>) -> Result<(), Refusal> {
        let hash = sha256(&[&delegation.to_bytes()]);
        let known = || {
            let known = self.0.delegations.lock();
            known.unwrap_or_else(PoisonError::into_inner)
        };
        if known().contains(&hash) {
            return Ok(());
        }
        check_signature(delegation)?;
        let mut known = known();
        if known.len() >= MOST_DELEGATIONS {
            known.clear();
        }
        known.insert(hash);
        Ok(())
    }
}

impl Workers {
    /// Works until the last [`Intake`] is gone.
    pub async fn run(self, store: Arc<dyn Store>) {
        tokio::join!(
            verify::run(self.verifying),
            look_up(self.looking, &*store, &self.round),
            admit(self.admitting, &*store),
        );
    }
}

/// Looks up what is stored for or against submissions. Who gets no answer tries again later.
async fn look_up(mut line: Line<Question, Findings>, store: &dyn Store, round: &AtomicU64) {
    while let Some(group) = line.next().await {
        let questions: Vec<Question> = group.iter().map(|asked| asked.item).collect();
        let found = async {
            let now = store.intake_round().await?;
            round.store(now, Ordering::Relaxed);
            let known = store.acquaint_all(&questions, now).await?;
            Ok::<_, StoreError>((now, known))
        };
        match found.await {
            Ok((now, known)) => answer(group, known.into_iter().map(|known| (now, known))),
            Err(error) => tracing::error!("intake cannot look up submissions: {error:?}"),
        }
    }
}

/// Stores submissions with their receipts.
async fn admit(mut line: Line<Admission, Admitted>, store: &dyn Store) {
    while let Some(group) = line.next().await {
        let admissions: Vec<Admission> = group.iter().map(|asked| asked.item.clone()).collect();
        match store.admit_all(&admissions).await {
            Ok(answers) => answer(group, answers.into_iter()),
            Err(StoreError::TooLarge(number)) if group.len() > 1 => {
                // One that cannot be stored must not keep out the others.
                tracing::warn!("a submission with the number {number} cannot be stored");
                for asked in group {
                    if let Ok(answers) = store.admit_all(std::slice::from_ref(&asked.item)).await {
                        answer(vec![asked], answers.into_iter());
                    }
                }
            }
            Err(error) => tracing::error!("intake cannot store submissions: {error:?}"),
        }
    }
}

fn answer<T, R>(group: Vec<Asked<T, R>>, answers: impl Iterator<Item = R>) {
    for (asked, answer) in group.into_iter().zip(answers) {
        asked.answer(answer);
    }
}
