//! The log as evidence: sealed, exported, checked, and changed behind the store's back.

mod changes;
mod exports;
mod lists;
mod live;
mod long;
mod place;
mod proofs;
mod schemas;
mod sealing;
mod second;
mod tampering;
