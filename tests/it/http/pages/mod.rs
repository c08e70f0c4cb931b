//! Pages as a person and his browser meet them.

mod account;
mod cross_site;
mod events;
mod headers;
mod hostile;
mod language;
mod lifetimes;
mod operators;
mod sign_in;
