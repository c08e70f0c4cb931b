//! The command line as an operator meets it: what is printed, where, with which exit code, and what it leaves behind.

mod backup;
mod beside;
mod demo;
mod doctor;
mod events;
mod forget;
mod formats;
mod history;
mod interrupted;
mod leaked;
mod manual;
mod moving;
mod openapi;
mod projections;
mod rebuild_interrupted;
mod security;
mod serve;
mod settings;
mod shutdown;
pub(crate) mod steps;
mod transcript;
mod usage;
