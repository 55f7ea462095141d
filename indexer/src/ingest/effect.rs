//! What an event changes beside being kept.

use crate::store::events::Effect;
use sheaf_client::event::{Event, EventError};

/// The effect of an event, from its bytes as kept.
///
/// # Errors
/// When this version cannot read the event.
pub fn effect_of(data: &[u8]) -> Result<Effect, EventError> {
    Ok(match Event::decode(data)? {
        Event::RoundFinalised(event) => Effect::Final {
            round: event.round,
            root: event.root,
        },
        Event::RoundVoided(event) => Effect::Void { round: event.round },
        _ => Effect::None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use sheaf_client::layout::{JobFunded, RoundFinalised, RoundVoided};
    use sheaf_format::digest::EVENT_INSTRUCTION_TAG;

    fn effect(event: Event) -> Option<Effect> {
        let data = event.to_instruction();
        effect_of(data.strip_prefix(&EVENT_INSTRUCTION_TAG[..])?).ok()
    }

    #[test]
    fn only_the_end_of_a_round_changes_something() {
        let round = RoundFinalised {
            round: 3,
            root: [5; 32],
            ..RoundFinalised::zeroed()
        };
        let expected = Effect::Final {
            round: 3,
            root: [5; 32],
        };
        assert_eq!(effect(Event::RoundFinalised(round)), Some(expected));
        let voided = RoundVoided {
            round: 4,
            ..RoundVoided::zeroed()
        };
        assert_eq!(
            effect(Event::RoundVoided(voided)),
            Some(Effect::Void { round: 4 })
        );
        assert_eq!(
            effect(Event::JobFunded(JobFunded::zeroed())),
            Some(Effect::None)
        );
    }
}
