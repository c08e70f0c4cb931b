//! Known answers, properties, and every single change of a log.

mod canonical;
mod changes;
mod export;
mod logs;
mod notes;
mod tree;
mod verdicts;
