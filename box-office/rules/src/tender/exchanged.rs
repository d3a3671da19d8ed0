//! A pin pad that is not the one in the list: who taps a card there may pay somebody else.
//!
//! The list is the configuration (PCI DSS 9.5.1), what answers tells its own serial number. Takes
//! no payment on a terminal that tells another one; a terminal that tells none cannot be judged
//! here. Next: `firmware-host/errand/pad.rs`, which asks before every payment.

use crate::Refusal;

/// What answers on the line of a pad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// Serial number, or number of the terminal, in the list.
    pub listed: String,
    /// What the terminal told.
    pub told: String,
}

impl Exchanged {
    /// Another terminal than the listed one? `listed` is none where nobody noted a number.
    pub fn found(listed: Option<&str>, told: &str) -> Option<Exchanged> {
        let listed = listed.filter(|listed| !bare(listed).is_empty())?;
        let other = !bare(told).is_empty() && bare(told) != bare(listed);
        other.then(|| Exchanged { listed: listed.to_owned(), told: told.to_owned() })
    }
}

impl From<Exchanged> for Refusal {
    fn from(exchanged: Exchanged) -> Refusal {
        Refusal::PadExchanged { listed: exchanged.listed, told: exchanged.told }
    }
}

/// Letters and digits alone: stickers write a number in groups, terminals do not.
fn bare(serial: &str) -> String {
    let kept = serial.chars().filter(|letter| letter.is_alphanumeric());
    kept.flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_terminal_that_tells_another_number_than_the_listed_one_is_exchanged() {
        for (listed, told, exchanged) in [
            (Some("80101207"), "80101207", false),
            (Some("801-012 07a"), "80101207A", false),
            (Some("80101207"), "80101208", true),
            (Some("80101207"), "0080101207", true),
            (Some("80101207"), "", false),
            (Some(" - "), "80101208", false),
            (None, "80101208", false),
        ] {
            let found = Exchanged::found(listed, told);
            assert_eq!(found.is_some(), exchanged, "{listed:?} {told:?}");
        }
        let refusal: Refusal = Exchanged::found(Some("1"), "2").unwrap().into();
        let (listed, told) = ("1".to_owned(), "2".to_owned());
        assert_eq!(refusal, Refusal::PadExchanged { listed, told });
    }
}
