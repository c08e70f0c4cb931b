//! A server that runs beside, and what the kernel says of it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use crate::crowd::bytes;
use crate::wrk::Request;

/// The kernel counts in these (`CONF_CLK_TCK`), whatever the machine.
const TICK_MICROSECONDS: u64 = 10_000;

/// A process that listens, ended with this.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From its start to its first answer, in milliseconds.
    pub(crate) started_in: u128,
}

/// A port that nobody has.
pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Server {
    /// Starts it and waits until it answers to this path.
    pub(crate) fn start(command: &mut Command, (address, path): (SocketAddr, &str)) -> Self {
        let began = Instant::now();
        let mut child = command.spawn().unwrap();
        while !answers(address, path) {
            assert!(child.try_wait().unwrap().is_none() && began.elapsed() < Duration::from_secs(60), "{command:?}");
            thread::sleep(Duration::from_millis(1));
        }
        Self { child, address, started_in: began.elapsed().as_millis() }
    }

    /// The answer to a request, its head included.
    pub(crate) fn ask(&self, mut request: Request) -> String {
        request.headers.push(("Connection", "close".to_owned()));
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(&bytes(&request)).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// The time it has computed for so far, in microseconds.
    pub(crate) fn cpu(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // What stands behind the name of the program, which may hold anything; fields 14 and 15 of proc(5).
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        (fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()) * TICK_MICROSECONDS
    }

    pub(crate) fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }

    /// What it holds in memory, in KiB.
    pub(crate) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }
}

/// Whether there is a good answer to a request.
fn answers(address: SocketAddr, path: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    let read = stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_string(&mut answer));
    read.is_ok() && answer.starts_with("HTTP/1.1 200")
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
