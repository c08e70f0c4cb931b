//! The description for people: an overview at `/docs/api`, and a page for each section.
//!
//! Frame and headings are in the reader's language; what is described is in English, like the protocol.

mod curl;
mod navigation;
mod show;
mod table;
mod text;

pub(super) use self::show::{overview, section};
