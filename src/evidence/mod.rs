//! Making the log prove itself: sealing it while it grows, exporting it with its evidence, and checking an export or the
//! log itself.
//!
//! The pure part (canonical bytes, tree, proofs, checkpoints, the check) is `routix_domain::evidence`. Deliberately absent:
//! anything on the way of an append. Events are sealed within seconds after they were recorded; what is changed in between
//! leaves no trace here.

mod sealer;

pub use self::sealer::{SealError, Sealer};
