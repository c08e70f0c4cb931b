//! The description of the API against what the program does.

mod answers;
mod document;
mod examples;
mod pages;
mod routes;
