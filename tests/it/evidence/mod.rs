//! The log as evidence: sealed, exported, checked, and changed behind the store's back.

mod exports;
mod lists;
mod place;
mod proofs;
mod schemas;
mod sealing;
mod tampering;
