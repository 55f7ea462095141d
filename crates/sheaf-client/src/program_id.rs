//! Which program to talk to: an option, then `SHEAF_PROGRAM_ID`, then the localnet's address.

use sheaf_format::LOCALNET_PROGRAM_ID;
use solana_sdk::pubkey::Pubkey;

/// Environment variable that names the program's address.
pub const VARIABLE: &str = "SHEAF_PROGRAM_ID";

/// The address the program has on a localnet.
pub const LOCALNET: Pubkey = Pubkey::new_from_array(LOCALNET_PROGRAM_ID);

/// The text is not the address of a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{origin} is \"{text}\", which is not an address: give the program's address in base58")]
pub struct ProgramIdError {
    /// The option or variable that holds the text.
    pub origin: &'static str,
    /// The text.
    pub text: String,
}

/// The program's address: `option` when given, else the variable's value, else the localnet's.
///
/// # Errors
/// [`ProgramIdError`] when the text that counts is no address.
pub fn resolve(option: Option<&str>) -> Result<Pubkey, ProgramIdError> {
    choose(option, std::env::var(VARIABLE).ok().as_deref())
}

fn choose(option: Option<&str>, variable: Option<&str>) -> Result<Pubkey, ProgramIdError> {
    let (origin, text) = match (option, variable.filter(|text| !text.is_empty())) {
        (Some(text), _) => ("--program-id", text),
        (None, Some(text)) => (VARIABLE, text),
        (None, None) => return Ok(LOCALNET),
    };
    text.parse().map_err(|_| ProgramIdError {
        origin,
        text: text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_format::LOCALNET_PROGRAM_ADDRESS;

    #[test]
    fn the_option_wins_over_the_variable_and_that_over_the_default() {
        let one = Pubkey::new_from_array([1; 32]);
        let two = Pubkey::new_from_array([2; 32]);
        let (first, second) = (one.to_string(), two.to_string());
        assert_eq!(choose(Some(&first), Some(&second)), Ok(one));
        assert_eq!(choose(None, Some(&second)), Ok(two));
        assert_eq!(choose(None, Some("")), Ok(LOCALNET));
        assert_eq!(choose(None, None), Ok(LOCALNET));
        assert_eq!(LOCALNET.to_string(), LOCALNET_PROGRAM_ADDRESS);
    }

    #[test]
    fn a_bad_address_names_where_it_came_from() {
        let refused = choose(None, Some("nonsense")).map_err(|error| error.to_string());
        assert!(refused.is_err_and(|message| message.starts_with("SHEAF_PROGRAM_ID is")));
    }
}
