//! Limits in memory: requests a minute for an app, failed authentications a minute for a client and a network.
//!
//! Each node counts for itself. The keys of the failure budget hold the network of the caller, so that nobody can use up
//! the budget of somebody else by naming his client id.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use chrono::{DateTime, TimeDelta, Utc};

use super::failure::Failure;

const WINDOW: TimeDelta = TimeDelta::seconds(60);
/// Windows that are over are swept out when there are more than this many.
const SWEEP_ABOVE: usize = 10_000;

/// Counts per key in windows of a minute.
#[derive(Debug)]
pub struct Limiter<K> {
    limit: u32,
    windows: Mutex<HashMap<K, Window>>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    began: DateTime<Utc>,
    count: u32,
}

/// Where a key stands in its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    pub limit: u32,
    pub remaining: u32,
    /// Seconds until the window is over, at least 1.
    pub reset_seconds: i64,
    pub exceeded: bool,
}

impl<K: Eq + Hash> Limiter<K> {
    /// 0 switches the limit off.
    pub fn new(limit: u32) -> Self {
        Self { limit, windows: Mutex::default() }
    }

    /// Where `key` stands, without counting; `None` when the limit is off.
    pub fn look(&self, key: &K, now: DateTime<Utc>) -> Option<Budget> {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.get(key).copied().filter(|window| now - window.began < WINDOW);
        (self.limit > 0).then(|| self.budget(window.unwrap_or(Window { began: now, count: 0 }), now, 1))
    }

    /// Counts one for `key`; `None` when the limit is off.
    pub fn count(&self, key: K, now: DateTime<Utc>) -> Option<Budget> {
        if self.limit == 0 {
            return None;
        }
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() > SWEEP_ABOVE {
            windows.retain(|_, window| now - window.began < WINDOW);
        }
        let window = windows.entry(key).or_insert(Window { began: now, count: 0 });
        if now - window.began >= WINDOW {
            *window = Window { began: now, count: 0 };
        }
        window.count = window.count.saturating_add(1);
        Some(self.budget(*window, now, 0))
    }

    fn budget(&self, window: Window, now: DateTime<Utc>, next: u32) -> Budget {
        Budget {
            limit: self.limit,
            remaining: self.limit.saturating_sub(window.count),
            reset_seconds: ((window.began + WINDOW - now).num_milliseconds() + 999).max(1_000) / 1_000,
            exceeded: window.count.saturating_add(next) > self.limit,
        }
    }
}

impl Budget {
    /// `RateLimit-Policy` and `RateLimit` (IETF draft-ietf-httpapi-ratelimit-headers-10).
    pub fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let policy = format!("\"default\";q={};w={}", self.limit, WINDOW.num_seconds());
        let state = format!("\"default\";r={};t={}", self.remaining, self.reset_seconds);
        [("ratelimit-policy", policy), ("ratelimit", state)]
            .into_iter()
            .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::try_from(value).ok()?)))
            .collect()
    }

    /// `429 rate_limited` with `Retry-After`.
    pub fn failure(&self, description: &str) -> Failure {
        let mut failure = Failure::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", description);
        failure.headers = self.headers();
        failure.header(header::RETRY_AFTER, HeaderValue::from(self.reset_seconds))
    }
}

/// The network of an address, as far as one party usually holds it: an IPv4 address, an IPv6 /64.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_its_limit_and_then_starts_anew() {
        let limiter = Limiter::new(2);
        let now = DateTime::UNIX_EPOCH;
        assert!(!limiter.count("a", now).unwrap().exceeded);
        assert!(!limiter.look(&"a", now).unwrap().exceeded);
        assert!(!limiter.count("a", now).unwrap().exceeded);
        assert!(limiter.look(&"a", now).unwrap().exceeded);
        let budget = limiter.count("a", now + TimeDelta::milliseconds(59_001)).unwrap();
        assert_eq!((budget.exceeded, budget.remaining, budget.reset_seconds), (true, 0, 1));
        assert!(!limiter.count("b", now).unwrap().exceeded);
        assert!(!limiter.count("a", now + WINDOW).unwrap().exceeded);
    }

    #[test]
    fn zero_switches_it_off() {
        assert_eq!(Limiter::new(0).count("a", DateTime::UNIX_EPOCH), None);
        assert_eq!(Limiter::new(0).look(&"a", DateTime::UNIX_EPOCH), None);
    }

    #[test]
    fn an_ipv6_network_is_a_64() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
    }
}
