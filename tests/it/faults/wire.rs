//! What a client of PostgreSQL sends, message by message (the frontend/backend protocol, version 3).

use std::collections::HashSet;

/// What begins the statement that puts events into the log.
const APPEND: &[u8] = b"INSERT INTO events";

/// One whole message, as its bytes on the wire.
#[derive(Debug)]
pub(super) struct Message(pub(super) Vec<u8>);

/// Cuts a stream of bytes into messages, and knows which commit makes events last.
#[derive(Default)]
pub(super) struct Reader {
    bytes: Vec<u8>,
    /// The first message of a connection has no letter.
    greeted: bool,
    /// The names of prepared statements that append.
    appends: HashSet<Vec<u8>>,
    has_appended: bool,
}

impl Reader {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next message that is there as a whole.
    pub(super) fn next(&mut self) -> Option<Message> {
        let letter = usize::from(self.greeted);
        let length: [u8; 4] = self.bytes.get(letter..letter + 4)?.try_into().ok()?;
        let end = letter + usize::try_from(u32::from_be_bytes(length)).ok()?;
        if self.bytes.len() < end {
            return None;
        }
        self.greeted = true;
        let rest = self.bytes.split_off(end);
        Some(Message(std::mem::replace(&mut self.bytes, rest)))
    }

    /// Whether this message commits a transaction in which events were appended.
    pub(super) fn commits_an_append(&mut self, message: &Message) -> bool {
        let (Some(letter), Some(body)) = (message.0.first(), message.0.get(5..)) else { return false };
        match letter {
            // Parse: the statement's name and its text.
            b'P' => {
                let mut parts = body.split(|byte| *byte == 0);
                let (name, text) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                if text.windows(APPEND.len()).any(|window| window == APPEND) {
                    self.appends.insert(name.to_vec());
                }
                false
            }
            // Bind: a portal, and the statement's name.
            b'B' => {
                let name = body.split(|byte| *byte == 0).nth(1).unwrap_or_default();
                self.has_appended |= self.appends.contains(name);
                false
            }
            // A simple query.
            b'Q' => {
                let has_appended = std::mem::take(&mut self.has_appended);
                has_appended && body.starts_with(b"COMMIT")
            }
            _ => false,
        }
    }
}

#[test]
fn the_commit_of_an_append_is_told_from_all_other_messages() {
    let typed = |letter: u8, body: &[u8]| {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[letter][..], &length, body].concat()
    };
    let messages = [
        (vec![0, 0, 0, 9, 0, 3, 0, 0, 0], false),
        (typed(b'P', b"s1\0INSERT INTO events (payload) VALUES ($1)\0\0\0"), false),
        (typed(b'P', b"s2\0SELECT 1\0\0\0"), false),
        (typed(b'B', b"\0s2\0rest"), false),
        (typed(b'Q', b"COMMIT\0"), false),
        (typed(b'B', b"\0s1\0rest"), false),
        (typed(b'Q', b"ROLLBACK\0"), false),
        (typed(b'B', b"\0s1\0rest"), false),
        (typed(b'Q', b"COMMIT\0"), true),
        (typed(b'Q', b"COMMIT\0"), false),
    ];
    let mut reader = Reader::default();
    let mut found = Vec::new();
    // Byte by byte, as a network may bring it.
    for byte in messages.iter().flat_map(|(bytes, _)| bytes) {
        reader.push(&[*byte]);
        while let Some(message) = reader.next() {
            let commits = reader.commits_an_append(&message);
            found.push((message.0, commits));
        }
    }
    assert_eq!(found, messages);
}
