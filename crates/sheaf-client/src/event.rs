//! Events: what the program says about its changes, by calling itself.
//!
//! The data of such a call is a fixed tag, the event's discriminator and its bytes. They stand
//! among a transaction's inner instructions, where no log limit can cut them.

mod fields;

use crate::layout::*;
use bytemuck::Pod;
use sheaf_format::digest::{EVENT_INSTRUCTION_TAG, event_discriminator};
use solana_sdk::pubkey::Pubkey;

/// Why the bytes of an event could not be read. Keep them: a newer client may know more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// No event of this client has the discriminator.
    #[error("unknown event {}", hex::encode(.0))]
    Unknown([u8; 8]),
    /// The event's length is not its layout's.
    #[error("a {name} event has {expected} bytes, this one has {found}")]
    WrongLength {
        /// Name of the event.
        name: &'static str,
        /// Length of its layout.
        expected: usize,
        /// Length found.
        found: usize,
    },
    /// The data ends before the discriminator does.
    #[error("an event without a discriminator")]
    NoDiscriminator,
}

/// Gives an event's pool, when it belongs to a pool's series.
macro_rules! series {
    (network, $event:ident) => {{
        let _ = $event;
        None
    }};
    (pool, $event:ident) => {
        Some(Pubkey::new_from_array($event.pool))
    };
}

macro_rules! events {
    ($( $name:ident in $series:ident, )*) => {
        /// Any event of the program.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Event {
            $( #[doc = concat!("See [`", stringify!($name), "`].")] $name($name), )*
        }

        impl Event {
            /// Names of all types.
            pub const NAMES: &[&str] = &[ $( stringify!($name), )* ];

            /// One of each type, all zeros.
            #[cfg(test)]
            fn zeroed() -> Vec<Self> {
                vec![ $( Self::$name(bytemuck::Zeroable::zeroed()), )* ]
            }

            /// The event's fields but its number, for people: keys in base58, hashes in hex, amounts
            /// as decimal strings, the rest as numbers.
            pub fn fields(&self) -> serde_json::Map<String, serde_json::Value> {
                match self { $( Self::$name(event) => fields::of(event), )* }
            }

            /// Name of the event's type.
            pub const fn name(&self) -> &'static str {
                match self { $( Self::$name(_) => stringify!($name), )* }
            }

            /// Number in its series: one per pool, one for the network. A gap shows a lost event.
            pub const fn sequence(&self) -> u64 {
                match self { $( Self::$name(event) => event.sequence, )* }
            }

            /// The pool whose series it belongs to; none for the network's series.
            pub const fn pool(&self) -> Option<Pubkey> {
                match self { $( Self::$name(event) => series!($series, event), )* }
            }

            /// The event's bytes behind its discriminator.
            pub fn bytes(&self) -> &[u8] {
                match self { $( Self::$name(event) => bytemuck::bytes_of(event), )* }
            }

            /// Reads an event from its discriminator and bytes (without the call's tag).
            ///
            /// # Errors
            /// [`EventError`] when the discriminator is unknown or the length is wrong.
            pub fn decode(data: &[u8]) -> Result<Self, EventError> {
                let (discriminator, bytes) =
                    data.split_first_chunk::<8>().ok_or(EventError::NoDiscriminator)?;
                $( if *discriminator == event_discriminator(stringify!($name)) {
                    return read(stringify!($name), bytes).map(Self::$name);
                } )*
                Err(EventError::Unknown(*discriminator))
            }
        }
    };
}

events! {
    NetworkCreated in network,
    ParametersSet in network,
    AdminProposed in network,
    AdminChanged in network,
    GuardianSet in network,
    NetworkPaused in network,
    NetworkUnpaused in network,
    ValidatorRegistered in network,
    StakeAdded in network,
    DutiesCounted in network,
    ValidatorUnjailed in network,
    ValidatorSlashed in network,
    UnstakeRequested in network,
    StakeWithdrawn in network,
    PoolCreated in pool,
    JobCreated in pool,
    JobFunded in pool,
    JobCancelled in pool,
    JobRefunded in pool,
    JobExtended in pool,
    JobAggregatorSet in pool,
    JobClosed in pool,
    BatchPosted in pool,
    BatchClosed in pool,
    IntakeClosed in pool,
    RoundOpened in pool,
    ScoresCommitted in pool,
    ScoresRevealed in pool,
    ResultAttested in pool,
    RoundTallied in pool,
    DebitsSettled in pool,
    RoundFinalised in pool,
    RoundVoided in pool,
    RoundClosed in pool,
    BatchReleased in pool,
    PageOpened in pool,
    PageSynced in pool,
    ChallengeOpened in pool,
    ChallengeAnswered in pool,
    ChallengeClosed in pool,
    EvidenceCached in pool,
    EvidenceClosed in pool,
    FraudProven in pool,
    DatasetPublished in pool,
    DatasetLicensed in pool,
    UsageRecorded in pool,
    DatasetClosed in pool,
}

fn read<T: Pod>(name: &'static str, bytes: &[u8]) -> Result<T, EventError> {
    bytemuck::try_pod_read_unaligned(bytes).map_err(|_| EventError::WrongLength {
        name,
        expected: size_of::<T>(),
        found: bytes.len(),
    })
}

impl Event {
    /// Reads an event from the data of an inner instruction of the program. `None` when the
    /// instruction is not a call that carries an event.
    pub fn from_instruction(data: &[u8]) -> Option<Result<Self, EventError>> {
        data.strip_prefix(&EVENT_INSTRUCTION_TAG[..])
            .map(Self::decode)
    }

    /// The data of the call that carries this event: the inverse of
    /// [`from_instruction`](Self::from_instruction), for tests and fixtures.
    pub fn to_instruction(&self) -> Vec<u8> {
        let mut data = EVENT_INSTRUCTION_TAG.to_vec();
        data.extend_from_slice(&event_discriminator(self.name()));
        data.extend_from_slice(self.bytes());
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    fn funded() -> Event {
        Event::JobFunded(JobFunded {
            sequence: 41,
            pool: [3; 32],
            job: [4; 32],
            arrived: 5,
            balance: 6,
        })
    }

    #[test]
    fn an_event_survives_the_round_trip() {
        let event = funded();
        assert_eq!(
            Event::from_instruction(&event.to_instruction()),
            Some(Ok(event))
        );
        assert_eq!(event.sequence(), 41);
        assert_eq!(event.pool(), Some(Pubkey::new_from_array([3; 32])));
    }

    #[test]
    fn events_of_the_network_belong_to_no_pool() {
        let event = Event::StakeWithdrawn(StakeWithdrawn::zeroed());
        assert_eq!(event.pool(), None);
        assert_eq!(event.name(), "StakeWithdrawn");
    }

    #[test]
    fn other_instructions_are_not_events() {
        assert_eq!(Event::from_instruction(&[]), None);
        assert_eq!(Event::from_instruction(&[0; 64]), None);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let mut data = funded().to_instruction();
        data.pop();
        assert_eq!(
            Event::from_instruction(&data),
            Some(Err(EventError::WrongLength {
                name: "JobFunded",
                expected: 88,
                found: 87
            }))
        );
        let unknown = [&EVENT_INSTRUCTION_TAG[..], &[9; 20]].concat();
        assert_eq!(
            Event::from_instruction(&unknown),
            Some(Err(EventError::Unknown([9; 8])))
        );
        assert_eq!(
            Event::from_instruction(&EVENT_INSTRUCTION_TAG),
            Some(Err(EventError::NoDiscriminator))
        );
    }
}
