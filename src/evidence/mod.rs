//! Making the log prove itself: sealing it while it grows, exporting it with its evidence, and checking an export or the
//! log itself.
//!
//! The pure part (canonical bytes, tree, proofs, checkpoints, the check) is `routix_domain::evidence`. Deliberately absent:
//! anything on the way of an append. Events are sealed within seconds after they were recorded; what is changed in between
//! leaves no trace here.

mod check;
mod check_file;
mod export;
mod filter;
mod import;
mod items;
mod newest;
mod owner;
mod proof;
mod sealer;
mod times;

pub use self::check::{CheckError, Kept, Report, Wrong, check_log, checkpoint_in};
pub use self::check_file::{FileReport, check_file};
pub use self::export::{COLUMNS, ExportError, Form, csv_cell, listed, values, write_chosen, write_jsonl};
pub use self::filter::{Choice, Chosen, Filter};
pub use self::import::Import;
pub use self::items::{Entry, Items};
pub use self::newest::{Bounds, Found, Rest, event_at, newest};
pub use self::owner::{Owner, Owners};
pub use self::proof::{Proof, ProofFormat, ProveError, Proven, Prover};
pub use self::sealer::{SealError, Sealer};
pub use self::times::{InvalidTime, from_time, to_time};
