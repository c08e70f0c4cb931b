//! The real program as a user runs it: started, asked over a socket, signalled, and killed by its id when a test ends.

mod http;
mod person;
mod program;

pub(crate) use self::http::{Answer, Request, kid, payload, read_answer, send, try_send};
pub(crate) use self::person::{Person, parameter};
pub(crate) use self::program::{Ran, Server, command, facts, routix, routix_with_input, run, until};
