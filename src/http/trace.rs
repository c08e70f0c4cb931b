//! `traceparent` (W3C Trace Context, 3.2): the trace that a request belongs to, at whoever sent it.
//!
//! Only its id is taken, and only for the log: it decides nothing, and a header that is not by the letter of the
//! specification is treated as if it were not there. The log gets its id and nothing else of the header.

use axum::http::HeaderMap;

const TRACEPARENT: &str = "traceparent";
/// `00-<32 hex>-<16 hex>-<2 hex>`; a later version may add to it behind another hyphen.
const LENGTH: usize = 55;

/// The id of the trace, 32 lower-case hex digits; `None` without a `traceparent`, or with one that is none.
pub fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(TRACEPARENT).iter();
    let (value, None) = (given.next()?.to_str().ok()?, given.next()) else { return None };
    let (head, rest) = value.split_at_checked(LENGTH)?;
    let [version, trace_id, parent_id, flags]: [&str; 4] = head.split('-').collect::<Vec<_>>().try_into().ok()?;
    let is_whole = match version {
        "00" => rest.is_empty(),
        "ff" => false,
        _ => rest.is_empty() || rest.starts_with('-'),
    };
    let fits = is_hex(version, 2) && is_id(trace_id, 32) && is_id(parent_id, 16) && is_hex(flags, 2);
    (is_whole && fits).then_some(trace_id)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// An id of nothing but zeros is none.
fn is_id(text: &str, length: usize) -> bool {
    is_hex(text, length) && text.bytes().any(|byte| byte != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const PARENT: &str = "00f067aa0ba902b7";

    fn read(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(TRACEPARENT, value.parse().unwrap());
        }
        trace_id(&headers).map(str::to_owned)
    }

    #[test]
    fn the_trace_is_read_as_the_specification_writes_it() {
        for version in ["00", "01", "cc"] {
            assert_eq!(read(&[&format!("{version}-{TRACE}-{PARENT}-01")]).as_deref(), Some(TRACE), "{version}");
        }
        assert_eq!(read(&[&format!("01-{TRACE}-{PARENT}-01-what-comes-later")]).as_deref(), Some(TRACE));
    }

    #[test]
    fn a_malformed_one_is_ignored() {
        let (zeros, no_parent, capitals) = ("0".repeat(32), "0".repeat(16), TRACE.to_uppercase());
        for value in [
            "",
            "00",
            TRACE,
            &format!("00-{TRACE}-{PARENT}"),
            &format!("00-{TRACE}-{PARENT}-1"),
            &format!("00-{TRACE}-{PARENT}-01-more"),
            &format!("01-{TRACE}-{PARENT}-01.more"),
            &format!("ff-{TRACE}-{PARENT}-01"),
            &format!("0x-{TRACE}-{PARENT}-01"),
            &format!("00-{zeros}-{PARENT}-01"),
            &format!("00-{TRACE}-{no_parent}-01"),
            &format!("00-{capitals}-{PARENT}-01"),
            &format!("00-{TRACE}{PARENT}--01"),
            &format!("00 {TRACE} {PARENT} 01"),
            &format!("00-{}g-{PARENT}-01", &TRACE[..31]),
        ] {
            assert_eq!(read(&[value]), None, "{value}");
        }
        let fine = format!("00-{TRACE}-{PARENT}-01");
        assert_eq!(read(&[&fine, &fine]), None, "twice is not by the letter");
        assert_eq!(read(&[]), None);
    }
}
