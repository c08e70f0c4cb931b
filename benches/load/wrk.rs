//! Load by wrk: one thread, connections that are kept, the same request again and again, or one of several in turn.

use std::net::SocketAddr;
use std::process::Command;

use tempfile::NamedTempFile;

/// A request, the same each time but for its body where there are several.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    /// Each in turn, in the place of the one.
    pub(crate) bodies: Vec<String>,
}

/// What wrk has counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    pub(crate) requests: u64,
    pub(crate) a_second: f64,
    /// Microseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

impl Request {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), headers: Vec::new(), body: String::new(), bodies: Vec::new() }
    }

    /// As wrk wants it, in Lua.
    fn script(&self) -> String {
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("wrk.headers[{name:?}] = {value:?}\n")).collect();
        let done = "done = function(summary, latency, requests)\n  io.write(string.format(\"counted %d %d %d %d %d\\n\", \
            summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), \
            summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + \
            summary.errors.timeout))\nend\n";
        // Made before the load begins, so that none costs wrk more than another.
        let in_turn = if self.bodies.is_empty() {
            String::new()
        } else {
            let bodies: String = self.bodies.iter().map(|body| format!("{body:?},\n")).collect();
            format!(
                "local bodies = {{{bodies}}}\nlocal requests, turn = {{}}, 0\n\
                 init = function()\n  for i, body in ipairs(bodies) do \
                 requests[i] = wrk.format(nil, nil, nil, body) end\nend\n\
                 request = function()\n  turn = turn % #requests + 1\n  return requests[turn]\nend\n"
            )
        };
        format!("wrk.method = {:?}\nwrk.body = {:?}\n{headers}{in_turn}{done}", self.method, self.body)
    }
}

/// Sends it for so many seconds over so many connections.
pub(crate) fn load(address: SocketAddr, request: &Request, (connections, seconds): (u32, u64)) -> Counted {
    let script = NamedTempFile::with_suffix(".lua").unwrap();
    std::fs::write(script.path(), request.script()).unwrap();
    let mut wrk = Command::new("wrk");
    wrk.args(["-t1", &format!("-c{connections}"), &format!("-d{seconds}s"), "-s"]).arg(script.path());
    let done = wrk.arg(format!("http://{address}{}", request.path)).output();
    let done = done.unwrap_or_else(|error| panic!("cannot run wrk, which is needed for this: {error}"));
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    let line = told.lines().find_map(|line| line.strip_prefix("counted ")).unwrap_or_else(|| panic!("{told}"));
    let numbers: Vec<u64> = line.split(' ').map(|number| number.parse().unwrap()).collect();
    let &[requests, microseconds, p50, p99, failed] = numbers.as_slice() else { panic!("{told}") };
    assert_eq!(failed, 0, "{} {}: not all were answered well\n{told}", request.method, request.path);
    Counted { requests, a_second: requests as f64 * 1e6 / microseconds as f64, p50: p50 as f64, p99: p99 as f64 }
}
