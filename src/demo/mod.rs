//! What a demo starts with. Deliberately absent: anything that `serve` would use.

pub mod records;
