//! `/metrics`: what it counts, what it never shows, who sees it, and that rules and dashboard speak of what is there.

mod counts;
mod day;
mod doors;
mod privacy;
mod rules;
pub(crate) mod scrape;
mod traces;
