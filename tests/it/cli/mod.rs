//! The command line as an operator meets it: what is printed, where, with which exit code, and what it leaves behind.

mod beside;
mod demo;
mod events;
mod forget;
mod formats;
mod history;
mod interrupted;
mod logs;
mod moving;
mod projections;
mod rebuild_interrupted;
mod security;
mod serve;
mod settings;
mod shutdown;
mod steps;
mod transcript;
mod usage;
