//! The pipeline as a client sees it, with a gate that is made up and records of the test's own: each test runs on both databases.

mod concurrency;
mod defence;
mod keys;
mod lists;
mod order;
mod pooled;
mod single;
mod world;
mod writes;
