//! What a client sees over HTTP: every test starts a service of its own in a folder of its own.

mod app;
mod client;
mod edge;
mod jwt;
mod management;
mod sign_in;
mod tokens;
mod world;
