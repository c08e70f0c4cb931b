//! What nobody sends who means well: bytes that are no request, requests that never end, values that are no values. The
//! service answers all of it, goes on for everybody else, and keeps nothing of it open.

mod doors;
mod endless;
mod flood;
mod lines;
mod pieces;
mod sizes;
mod statements;
mod texts;
mod wire;
