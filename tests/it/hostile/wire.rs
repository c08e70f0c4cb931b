//! S5: requests as bytes. Each line of `wire.txt` says what comes back for what is sent; a second request that hides in the
//! first is never answered, and so not executed.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::http::app::TestApp;

/// `answers: bytes`, with `\r`, `\n`, `\0`, `\xHH`, `\\` and `{X*NUMBER}`. An answer is a status with `error` of its body, `-`
/// for an empty body, `*` for any other; `none` is no answer at all.
const CASES: &str = include_str!("wire.txt");

#[tokio::test]
async fn s5_every_case_is_answered_as_it_is_written_down() {
    let app = TestApp::start().await;
    let address = app.address.to_string();
    let cases: Vec<&str> = CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert!(cases.len() >= 60, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let (expected, text) = case.split_once(": ").unwrap();
        let told = answers(&sent(&address, &bytes(text)).await).join(" ");
        let told = if told.is_empty() { "none".to_owned() } else { told };
        let fits = |(told, expected): (&str, &str)| match expected.split_once(' ') {
            Some((status, "*")) => told.starts_with(status) && !told.ends_with(" -"),
            _ => told == expected,
        };
        if !fits((&told, expected)) {
            wrong.push(format!("{told} instead of {expected} for {text}"));
        }
    }
    assert_eq!(wrong, [""; 0], "{wrong:#?}");
}

/// Every way to say how long a body is, twice, in both orders, with the connection kept and not. What stands behind the body
/// by one reading and in it by the other is a request that shows itself by its answer.
#[tokio::test]
async fn s5_no_pair_of_lengths_hides_a_request() {
    const LENGTHS: [&str; 26] = [
        "Content-Length: 0",
        "Content-Length: 5",
        "Content-Length: 60",
        "Content-Length: +5",
        "Content-Length: -1",
        "Content-Length: 0x5",
        "Content-Length: 5,5",
        "Content-Length: 5, 6",
        "Content-Length: 5 ",
        "Content-Length:\t5",
        "Content-Length : 5",
        "Content-Length: ",
        "Content-Length: 99999999999999999999",
        "content-length: 5",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: CHUNKED",
        "Transfer-Encoding:\tchunked",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "X: y\r\n Transfer-Encoding: chunked",
        "X: y",
    ];
    let app = TestApp::start().await;
    let address = app.address.to_string();
    let mut tried = 0;
    for first in LENGTHS {
        for second in LENGTHS {
            for connection in ["keep-alive", "close"] {
                let head = format!(
                    "POST /healthz HTTP/1.1\r\nHost: a\r\nConnection: {connection}\r\n{first}\r\n{second}\r\n\r\n"
                );
                let hidden = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
                let told = answers(&sent(&address, format!("{head}{hidden}").as_bytes()).await);
                let smuggled = told.iter().filter(|answer| answer.starts_with("404")).count();
                // Alone, one of these says clearly that the body ends where the second request begins.
                let chunked = |length: &str| {
                    matches!(
                        length.to_ascii_lowercase().as_str(),
                        "transfer-encoding: chunked" | "transfer-encoding:\tchunked"
                    )
                };
                let clear =
                    |one: &str, other: &str| (chunked(one) || one == "Content-Length: 5") && matches!(other, "X: y");
                let five = |length: &str| {
                    ["content-length: 5", "content-length:\t5"].contains(&length.to_ascii_lowercase().trim_end())
                };
                let allowed = clear(first, second)
                    || clear(second, first)
                    || (five(first) && (five(second) || second == "X: y"))
                    || (five(second) && first == "X: y");
                assert!(
                    smuggled == 0 || (allowed && connection == "keep-alive"),
                    "{first} {second} {connection}: {told:?}"
                );
                assert!(
                    told.len() <= 2 && (told.len() < 2 || smuggled == 1 || told[1] == "400 -"),
                    "{first} {second} {connection}: {told:?}"
                );
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 1_352);
}

/// Sends bytes, says that there are no more, and reads what comes until the server closes.
pub(super) async fn sent(address: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may have closed before it read all of it.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await.unwrap();
    answer
}

/// The answers in what came, one behind the other.
fn answers(mut bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("no end: {bytes:?}"));
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_ascii_lowercase();
        let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
        // A final answer to HEAD says how long its body would be.
        let body = bytes[end + 4..].get(..length).unwrap_or_default();
        let error =
            serde_json::from_slice::<Value>(body).ok().and_then(|json| Some(json["error"].as_str()?.to_owned()));
        let said = if body.is_empty() { "-".to_owned() } else { error.unwrap_or_else(|| "*".to_owned()) };
        found.push(format!("{status} {said}"));
        bytes = &bytes[end + 4 + body.len()..];
    }
    found
}

fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let (escape, after) = rest.split_at(1);
                rest = after;
                bytes.push(match escape {
                    "r" => b'\r',
                    "n" => b'\n',
                    "t" => b'\t',
                    "0" => 0,
                    "x" => {
                        let (digits, after) = rest.split_at(2);
                        rest = after;
                        u8::from_str_radix(digits, 16).unwrap()
                    }
                    other => other.as_bytes()[0],
                });
            }
            '{' => {
                let (repeated, after) = rest.split_once('}').unwrap();
                rest = after;
                let (what, times) = repeated.split_once('*').unwrap();
                bytes.extend(self::bytes(what).repeat(times.parse().unwrap()));
            }
            other => bytes.extend(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}
