//! The program's events in a transaction.

use super::source::Fetched;
use crate::store::events::{DeadLetter, EventRow, Position, TransactionRow};
use sheaf_client::event::Event;
use sheaf_format::digest::EVENT_INSTRUCTION_TAG;
use solana_sdk::pubkey::Pubkey;

/// The events of `program` in a transaction. `network` is the series of events that belong to no
/// pool.
///
/// Only calls of the program to itself carry events: nobody else can sign them.
pub fn decode(fetched: &Fetched, program: &Pubkey, network: &Pubkey) -> TransactionRow {
    let mut row = TransactionRow {
        signature: fetched.signature,
        slot: fetched.slot,
        events: Vec::new(),
        dead_letters: Vec::new(),
    };
    let ours = fetched.calls.iter().filter(|call| call.program == *program);
    for call in ours {
        let Some(data) = call.data.strip_prefix(&EVENT_INSTRUCTION_TAG[..]) else {
            continue;
        };
        let position = Position {
            instruction: call.instruction,
            inner: call.inner,
        };
        match read(data.to_vec(), position, network) {
            Ok(event) => row.events.push(event),
            Err(letter) => row.dead_letters.push(letter),
        }
    }
    row
}

/// An event from its bytes behind the tag, or a dead letter with the reason.
///
/// # Errors
/// The dead letter.
pub fn read(data: Vec<u8>, position: Position, network: &Pubkey) -> Result<EventRow, DeadLetter> {
    match Event::decode(&data) {
        Ok(event) => Ok(EventRow {
            series: event.pool().unwrap_or(*network).to_bytes(),
            sequence: event.sequence(),
            name: event.name().to_owned(),
            data,
            position,
        }),
        Err(error) => Err(DeadLetter {
            data,
            reason: error.to_string(),
            position,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::source::InnerCall;
    use bytemuck::Zeroable;
    use sheaf_client::layout::{JobFunded, StakeWithdrawn};
    use solana_sdk::signature::Signature;

    const PROGRAM: Pubkey = Pubkey::new_from_array([1; 32]);
    const NETWORK: Pubkey = Pubkey::new_from_array([2; 32]);

    fn call(program: Pubkey, inner: u32, data: Vec<u8>) -> InnerCall {
        InnerCall {
            instruction: 1,
            inner,
            program,
            data,
        }
    }

    fn decoded(calls: Vec<InnerCall>) -> TransactionRow {
        let fetched = Fetched {
            signature: Signature::default(),
            slot: 5,
            calls,
        };
        decode(&fetched, &PROGRAM, &NETWORK)
    }

    #[test]
    fn events_go_to_their_pool_or_to_the_network() {
        let funded = Event::JobFunded(JobFunded {
            sequence: 4,
            pool: [9; 32],
            ..JobFunded::zeroed()
        });
        let withdrawn = Event::StakeWithdrawn(StakeWithdrawn {
            sequence: 6,
            ..StakeWithdrawn::zeroed()
        });
        let row = decoded(vec![
            call(PROGRAM, 0, funded.to_instruction()),
            call(PROGRAM, 2, withdrawn.to_instruction()),
        ]);
        let found: Vec<_> = row
            .events
            .iter()
            .map(|event| (event.series, event.sequence, event.position.inner))
            .collect();
        assert_eq!(found, [([9; 32], 4, 0), (NETWORK.to_bytes(), 6, 2)]);
        assert_eq!(Event::decode(&row.events[0].data), Ok(funded));
    }

    #[test]
    fn other_programs_cannot_forge_events_and_other_calls_are_none() {
        let funded = Event::JobFunded(JobFunded::zeroed());
        let row = decoded(vec![
            call(NETWORK, 0, funded.to_instruction()),
            call(PROGRAM, 1, vec![1, 2, 3]),
        ]);
        assert!(row.events.is_empty() && row.dead_letters.is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_kept_with_the_reason() {
        let unknown = [&EVENT_INSTRUCTION_TAG[..], &[7; 12]].concat();
        let row = decoded(vec![call(PROGRAM, 0, unknown)]);
        assert_eq!(row.dead_letters.len(), 1);
        assert!(row.dead_letters[0].reason.starts_with("unknown event"));
        assert_eq!(row.dead_letters[0].data, [7; 12]);
    }
}
