//! The integrators' guide: chapters of Markdown, compiled in, and how they become HTML.
//!
//! The chapters are in `en` and `nl`, one a file, and can be read there as they are. Every example in them is run by a test.
//! Deliberately absent: the pages around them, which are the dashboard's.

mod chapter;
mod markdown;
mod sample;
#[cfg(test)]
mod tests;

pub use self::chapter::Chapter;
pub use self::markdown::{Context, Heading, Rendered, render};
pub use self::sample::Values;
