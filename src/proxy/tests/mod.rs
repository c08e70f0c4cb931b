//! The pipeline as a client sees it, with a gate that is made up and records in a file of the test's own.

mod concurrency;
mod keys;
mod lists;
mod order;
mod single;
mod tenants;
mod world;
mod writes;
