//! Bare axum: one route and nothing around it, in a process of its own.

use std::process::Command;

use axum::Router;
use axum::routing::any;

use crate::server::{Server, free_address};

/// Makes this program the yardstick.
pub(crate) const SERVE: &str = "--serve-yardstick";

pub(crate) struct Yardstick(pub(crate) Server);

impl Yardstick {
    pub(crate) fn start() -> Self {
        let address = free_address();
        let mut command = Command::new(std::env::current_exe().unwrap());
        Self(Server::start(command.arg(SERVE).arg(address.to_string()), (address, "/")))
    }
}

/// Serves until it is ended.
pub(crate) fn serve() -> ! {
    let address = std::env::args().next_back().unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        axum::serve(listener, Router::new().route("/", any(async || "pong"))).await.unwrap();
    });
    unreachable!("it never ends by itself")
}
