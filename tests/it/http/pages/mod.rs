//! Pages as a person and his browser meet them.

mod account;
mod apps;
mod consents;
mod crawl;
mod cross_site;
mod danger;
mod desk;
mod events;
mod forged;
mod guide;
mod headers;
mod history;
mod hostile;
mod language;
mod lifetimes;
mod members;
mod operators;
mod sign_in;
