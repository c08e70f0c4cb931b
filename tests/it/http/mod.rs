//! What a client sees over HTTP: every test starts a service of its own in a folder of its own.

mod app;
mod browser;
mod client;
mod codes;
mod edge;
mod html;
mod jwt;
mod management;
mod pages;
mod sign_in;
mod tokens;
mod world;
