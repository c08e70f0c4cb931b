//! What an app could do at a moment, who had made it so, and each of its events in words.
//!
//! The rules are those of the aggregates: the fold here lets [`App`](crate::app::App) and
//! [`Consent`](crate::consent::Consent) evolve and notes beside them which event last changed which member. Deliberately
//! absent: names of people, which live outside the log and are handed in, and the digests of secrets.

mod changes;
mod describe;
mod moment;
mod sentence;
mod so_far;
#[cfg(test)]
mod tests;
mod then;
mod timeline;

pub use changes::{Change, changes};
pub use describe::describe;
pub use moment::{InvalidMoment, Moment, parse_time};
pub use sentence::{Key, Names, Phrase, Sentence, Term};
pub use so_far::SoFar;
pub use then::{AppThen, AsOf, ConsentThen, Member, MemberThen, MemberValue, SecretThen};
pub use timeline::{AppHistory, Entry, Since, What};
