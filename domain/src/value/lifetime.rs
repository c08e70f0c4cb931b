//! How long an app's access tokens live.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const MINUTE: u32 = 60;
const HOUR: u32 = 3_600;
const DAY: u32 = 86_400;
/// Twenty years as Routee counts them (seed: Routee, "expires_in").
const TWENTY_YEARS: u32 = 631_139_040;

/// One hour by default, one minute to one hour, or one of Routee's three longer choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TokenLifetime {
    Seconds(u32),
    /// Neither `exp` nor `expires_in`; ends only when it is cut off.
    Unlimited,
}

impl TokenLifetime {
    /// Seconds until expiry; `None` for a token without one.
    pub fn seconds(self) -> Option<u32> {
        match self {
            Self::Seconds(seconds) => Some(seconds),
            Self::Unlimited => None,
        }
    }
}

impl Default for TokenLifetime {
    fn default() -> Self {
        Self::Seconds(HOUR)
    }
}

/// The text is no lifetime that is offered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1m to 60m, 1h, 1d, 20y or unlimited")]
pub struct InvalidLifetime;

impl FromStr for TokenLifetime {
    type Err = InvalidLifetime;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "unlimited" => return Ok(Self::Unlimited),
            "1d" => return Ok(Self::Seconds(DAY)),
            "20y" => return Ok(Self::Seconds(TWENTY_YEARS)),
            _ => {}
        }
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(InvalidLifetime)?;
        let unit = match unit {
            "m" => MINUTE,
            "h" => HOUR,
            _ => return Err(InvalidLifetime),
        };
        let plain = !number.is_empty() && !number.starts_with('0') && number.bytes().all(|b| b.is_ascii_digit());
        let seconds = number.parse::<u32>().ok().filter(|_| plain).and_then(|n| n.checked_mul(unit));
        match seconds {
            Some(seconds) if (MINUTE..=HOUR).contains(&seconds) => Ok(Self::Seconds(seconds)),
            Some(_) | None => Err(InvalidLifetime),
        }
    }
}

impl fmt::Display for TokenLifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Unlimited => f.write_str("unlimited"),
            Self::Seconds(TWENTY_YEARS) => f.write_str("20y"),
            Self::Seconds(DAY) => f.write_str("1d"),
            Self::Seconds(HOUR) => f.write_str("1h"),
            Self::Seconds(seconds) => write!(f, "{}m", seconds / MINUTE),
        }
    }
}

impl TryFrom<String> for TokenLifetime {
    type Error = InvalidLifetime;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<TokenLifetime> for String {
    fn from(lifetime: TokenLifetime) -> Self {
        lifetime.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offered_lifetimes_survive_their_text() {
        for (text, seconds) in [
            ("1m", Some(60)),
            ("30m", Some(1_800)),
            ("1h", Some(3_600)),
            ("1d", Some(86_400)),
            ("20y", Some(631_139_040)),
            ("unlimited", None),
        ] {
            let lifetime: TokenLifetime = text.parse().unwrap();
            assert_eq!((lifetime.seconds(), lifetime.to_string().as_str()), (seconds, text));
        }
        assert_eq!("60m".parse::<TokenLifetime>().unwrap().to_string(), "1h");
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "h",
            "0m",
            "61m",
            "2h",
            "2d",
            "1y",
            "21y",
            "3600",
            "1 h",
            "+1h",
            "-1h",
            "01h",
            "1H",
            "Unlimited",
            "99999999999m",
            "1é",
        ] {
            assert_eq!(text.parse::<TokenLifetime>(), Err(InvalidLifetime), "{text}");
        }
    }
}
