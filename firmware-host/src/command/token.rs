//! `usher token new`: a fresh token, and the line of it that goes into the configuration.
//!
//! Shows the token this once; only its hash is kept anywhere (trust 2). Never writes a file.
//! Next: `config/token.rs`.

use super::Exit;
use crate::config::TokenHash;
use std::fmt;
use std::io::{self, Write};
use usher_rules::code::base32;

/// Begins every token, so that a leaked one is recognised in texts and logs.
pub const PREFIX: &str = "ut_";

/// A token as its bearer has it. `Debug` prints stars; [`FreshToken::expose`] is the only way in.
pub struct FreshToken(String);

impl FreshToken {
    /// Made of 256 random bits.
    pub fn from_random(random: [u8; 32]) -> FreshToken {
        FreshToken(format!("{PREFIX}{}", base32(&random)))
    }

    /// The token itself, to be shown once.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

impl fmt::Debug for FreshToken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("FreshToken(***)")
    }
}

/// Prints a token made of `random` and its configuration line.
pub fn new(random: [u8; 32], out: &mut impl Write) -> io::Result<Exit> {
    let token = FreshToken::from_random(random);
    writeln!(out, "{}", token.expose())?;
    writeln!(out, "sha256 = \"{}\"", token.hash())?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_line_is_the_hash_of_the_printed_token() {
        let mut out = Vec::new();
        assert_eq!(new([7; 32], &mut out).unwrap(), Exit::Done);
        let out = String::from_utf8(out).unwrap();
        let (token, line) = out.trim_end().split_once('\n').unwrap();
        assert!(token.starts_with(PREFIX), "{token}");
        assert_eq!(token.len(), PREFIX.len() + 52);
        assert_eq!(line, format!("sha256 = \"{}\"", TokenHash::of(token)));
    }

    #[test]
    fn other_random_bits_make_another_token() {
        let (one, two) = (FreshToken::from_random([0; 32]), FreshToken::from_random([1; 32]));
        assert_ne!(one.expose(), two.expose());
        assert_ne!(one.hash(), two.hash());
    }

    #[test]
    fn a_token_never_prints() {
        assert_eq!(format!("{:?}", FreshToken::from_random([3; 32])), "FreshToken(***)");
    }
}
