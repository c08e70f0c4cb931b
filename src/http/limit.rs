//! Limits in memory: requests a minute for an app and for an organization, failed authentications a minute for a client and a
//! network.
//!
//! Each node counts for itself. The keys of the failure budgets hold the network of the caller, so that somebody elsewhere
//! cannot use up the budget of a client or a person; behind a proxy that is not trusted all callers are one network.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use chrono::{DateTime, TimeDelta, Utc};

use super::failure::Failure;

const WINDOW: TimeDelta = TimeDelta::seconds(60);
/// How often windows that are over are swept out: however many keys there are, a request seldom pays for all of them.
const SWEEP_EVERY: TimeDelta = TimeDelta::seconds(10);

/// Counts per key in windows of a minute.
#[derive(Debug)]
pub struct Limiter<K> {
    /// The name of the limit, as answers have it.
    policy: &'static str,
    limit: u32,
    windows: Mutex<Windows<K>>,
}

#[derive(Debug)]
struct Windows<K> {
    by_key: HashMap<K, Window>,
    swept: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    began: DateTime<Utc>,
    count: u32,
}

impl Window {
    /// A clock that was set back must not hold a window open for as long again.
    fn is_open_at(&self, now: DateTime<Utc>) -> bool {
        (TimeDelta::zero()..WINDOW).contains(&(now - self.began))
    }
}

/// Where a key stands in its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    pub policy: &'static str,
    pub limit: u32,
    pub remaining: u32,
    /// Seconds until the window is over, at least 1.
    pub reset_seconds: i64,
    pub exceeded: bool,
}

impl<K: Eq + Hash> Limiter<K> {
    /// 0 switches the limit off.
    pub fn new(policy: &'static str, limit: u32) -> Self {
        let windows = Windows { by_key: HashMap::new(), swept: DateTime::UNIX_EPOCH };
        Self { policy, limit, windows: Mutex::new(windows) }
    }

    /// Counts one for `key`; `None` when the limit is off.
    pub fn count(&self, key: K, now: DateTime<Utc>) -> Option<Budget> {
        if self.limit == 0 {
            return None;
        }
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if (now - windows.swept).abs() >= SWEEP_EVERY {
            windows.by_key.retain(|_, window| window.is_open_at(now));
            windows.swept = now;
        }
        let window = windows.by_key.entry(key).or_insert(Window { began: now, count: 0 });
        if !window.is_open_at(now) {
            *window = Window { began: now, count: 0 };
        }
        window.count = window.count.saturating_add(1);
        Some(self.budget(*window, now))
    }

    /// Where `key` would stand if one more were counted now; `None` when the limit is off.
    pub fn look(&self, key: &K, now: DateTime<Utc>) -> Option<Budget> {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let open = windows.by_key.get(key).copied().filter(|window| window.is_open_at(now));
        let Window { began, count } = open.unwrap_or(Window { began: now, count: 0 });
        (self.limit > 0).then(|| self.budget(Window { began, count: count.saturating_add(1) }, now))
    }

    fn budget(&self, window: Window, now: DateTime<Utc>) -> Budget {
        Budget {
            policy: self.policy,
            limit: self.limit,
            remaining: self.limit.saturating_sub(window.count),
            reset_seconds: ((window.began + WINDOW - now).num_milliseconds() + 999).max(1_000) / 1_000,
            exceeded: window.count > self.limit,
        }
    }
}

impl Budget {
    /// `RateLimit-Policy` and `RateLimit` (IETF draft-ietf-httpapi-ratelimit-headers-10).
    pub fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let policy = format!("\"{}\";q={};w={}", self.policy, self.limit, WINDOW.num_seconds());
        let state = format!("\"{}\";r={};t={}", self.policy, self.remaining, self.reset_seconds);
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
        let limiter = Limiter::new("default", 2);
        let now = DateTime::UNIX_EPOCH;
        assert!(!limiter.count("a", now).unwrap().exceeded);
        assert!(!limiter.count("a", now).unwrap().exceeded);
        let budget = limiter.count("a", now + TimeDelta::milliseconds(59_001)).unwrap();
        assert_eq!((budget.exceeded, budget.remaining, budget.reset_seconds), (true, 0, 1));
        assert!(!limiter.count("b", now).unwrap().exceeded);
        assert!(!limiter.count("a", now + WINDOW).unwrap().exceeded);
    }

    #[test]
    fn a_look_counts_nothing_and_says_what_the_next_count_would() {
        let limiter = Limiter::new("default", 1);
        let now = DateTime::UNIX_EPOCH;
        for _ in 0..3 {
            assert!(!limiter.look(&"a", now).unwrap().exceeded);
        }
        limiter.count("a", now);
        assert!(limiter.look(&"a", now).unwrap().exceeded);
        assert!(!limiter.look(&"a", now + WINDOW).unwrap().exceeded);
        assert_eq!(Limiter::new("default", 0).look(&"a", now), None);
    }

    #[test]
    fn a_clock_that_was_set_back_starts_a_window_anew() {
        let limiter = Limiter::new("default", 1);
        let now = DateTime::UNIX_EPOCH + TimeDelta::hours(1);
        limiter.count("a", now);
        let budget = limiter.count("a", DateTime::UNIX_EPOCH).unwrap();
        assert_eq!((budget.exceeded, budget.reset_seconds), (false, 60));
    }

    #[test]
    fn windows_that_are_over_are_swept_out() {
        let limiter = Limiter::new("default", 1);
        for key in 0..100 {
            limiter.count(key, DateTime::UNIX_EPOCH);
        }
        limiter.count(100, DateTime::UNIX_EPOCH + WINDOW);
        assert_eq!(limiter.windows.lock().unwrap().by_key.len(), 1);
    }

    #[test]
    fn zero_switches_it_off() {
        assert_eq!(Limiter::new("default", 0).count("a", DateTime::UNIX_EPOCH), None);
    }

    #[test]
    fn an_ipv6_network_is_a_64() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
    }
}
