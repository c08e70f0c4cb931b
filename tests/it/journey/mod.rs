//! The guides, word for word: each page is a file of requests and answers as it prints them, sent to a real demo.

mod answer;
mod code_flow;
mod commands;
mod guide;
mod pages;
mod printed;
mod scopes;
mod script;
mod visitor;
