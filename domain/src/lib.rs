//! The rules of routix: aggregates, their commands and events, and the values they are made of.
//!
//! Deliberately absent: I/O, the clock, randomness, SQL, HTTP, signing. Times and ids arrive in the commands.

pub mod value;
