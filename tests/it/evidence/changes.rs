//! Single changes of a log's file, at random, and what must be found of each.

use routix::evidence::{Wrong, checkpoint_in};
use routix::store::sqlite::SqliteEventStore;
use routix_domain::evidence::{Checkpoint, Digest, Frontier, Note, NoteSigner, canonical_json, leaf};
use routix_domain::log::{EventFeed, EventHash, RecordedEvent, StoredCheckpoint};
use rusqlite::types::Value;
use rusqlite::{Connection, Params, params};

use crate::support::Dice;

/// What must be found.
pub(super) enum Expected {
    /// Exactly this position.
    At(u64),
    /// A span with this position in it.
    Around(u64),
    /// Either place of what was moved.
    Either(u64, u64),
    /// Something about a checkpoint, or that it covers what stands behind it no more.
    Checkpoint,
}

impl Expected {
    pub(super) fn is_met_by(&self, wrong: &Wrong) -> bool {
        let span = wrong.span();
        let around = |position: &u64| span.is_some_and(|span| span.contains(*position));
        match self {
            Self::At(position) => around(position) && span.is_some_and(|span| span.first == span.last),
            Self::Around(position) => around(position),
            Self::Either(one, other) => around(one) || around(other),
            Self::Checkpoint => span.is_none() || matches!(wrong, Wrong::Unreadable { .. }),
        }
    }
}

/// A log as it was, what whoever signs has to do with it, and a copy of its file that is changed.
pub(super) struct Victim<'b> {
    pub(super) events: &'b [RecordedEvent],
    pub(super) hashes: &'b [EventHash],
    pub(super) checkpoints: &'b [StoredCheckpoint],
    /// Signs checkpoints that routix would believe.
    pub(super) signer: &'b NoteSigner,
    pub(super) file: Connection,
    pub(super) store: SqliteEventStore,
}

/// What was done, and what must be found.
pub(super) type Change = (&'static str, Expected);

impl Victim<'_> {
    /// Makes one change.
    pub(super) async fn change(&self, dice: &mut Dice) -> Change {
        self.file.pragma_update(None, "ignore_check_constraints", true).unwrap();
        match dice.below(10) {
            0..=2 => self.change_member(dice),
            3 => self.delete(dice),
            4 => self.insert(dice).await,
            5 => self.swap(dice),
            6 => self.renumber(dice),
            7 => self.cut(dice),
            8 => self.change_checkpoint(dice),
            _ => self.change_hash(dice),
        }
    }

    fn run(&self, sql: &str, values: impl Params) {
        assert_ne!(self.file.execute(sql, values).unwrap(), 0, "{sql}");
    }

    /// Whether the row took it: a place may be taken.
    fn try_run(&self, sql: &str, values: impl Params) -> bool {
        self.file.execute(sql, values).is_ok_and(|rows| rows == 1)
    }

    fn head(&self) -> u64 {
        self.events.last().unwrap().position
    }

    /// One bit of one member of an event.
    fn change_member(&self, dice: &mut Dice) -> Change {
        const TEXTS: [&str; 6] =
            ["payload", "metadata", "event_type", "event_version", "aggregate_type", "aggregate_id"];
        let event = dice.pick(self.events);
        let (position, at) = (event.position, Expected::At(event.position));
        match dice.below(9) {
            0 => loop {
                let sequence = event.sequence ^ (1 << dice.below(63));
                if self.try_run("UPDATE events SET sequence = ?1 WHERE position = ?2", (sequence, position)) {
                    return ("a bit of a sequence", at);
                }
            },
            1 => {
                let time = event.recorded_at.timestamp_micros() ^ (1 << dice.below(64));
                self.run("UPDATE events SET recorded_at = ?1 WHERE position = ?2", (time, position));
                ("a bit of a time", at)
            }
            2 => loop {
                let moved = position.cast_signed() ^ (1 << dice.below(64));
                if self.try_run("UPDATE events SET position = ?1 WHERE position = ?2", (moved, position)) {
                    return ("a bit of a position", Expected::Either(position, moved.max(0).unsigned_abs()));
                }
            },
            _ => loop {
                let column = *dice.pick(&TEXTS);
                let mut changed = event.clone();
                let text = member(&mut changed, column);
                let bytes = flipped(text.as_bytes(), dice);
                // What is no text any more is another value; what is one may still be the same.
                if let Ok(new) = String::from_utf8(bytes.clone()) {
                    *text = new;
                    if canonical_json(&changed) == canonical_json(event) {
                        continue;
                    }
                }
                let sql = ["UPDATE events SET ", column, " = CAST(?1 AS TEXT) WHERE position = ?2"].concat();
                if self.try_run(&sql, (bytes, position)) {
                    return (column, at);
                }
            },
        }
    }

    fn delete(&self, dice: &mut Dice) -> Change {
        let hash = dice.pick(self.hashes);
        let (index, position) = (hash.index, hash.position);
        let event = || self.run("DELETE FROM events WHERE position = ?1", [position]);
        let hash = || self.run("DELETE FROM event_hashes WHERE position = ?1", [position]);
        match dice.below(4) {
            0 => {
                event();
                ("an event deleted", Expected::At(position))
            }
            1 => {
                hash();
                ("a hash deleted", Expected::At(position))
            }
            2 => {
                event();
                hash();
                ("an event deleted with its hash", Expected::Around(position))
            }
            _ => {
                event();
                hash();
                self.shift("UPDATE event_hashes SET leaf_index", "leaf_index", (index + 1, -1));
                ("an event deleted with its hash, and the gap closed", Expected::Around(position))
            }
        }
    }

    /// Adds to a number in each row in which it is at least so much.
    fn shift(&self, update: &str, column: &str, (from, by): (u64, i64)) {
        // In two steps, so that no two rows have the same one meanwhile.
        let away = [update, " = -", column, " - 1 WHERE ", column, " >= ?1"].concat();
        self.file.execute(&away, [from]).unwrap();
        let back = [update, " = -", column, " - 1 + ?1 WHERE ", column, " < 0"].concat();
        self.file.execute(&back, [by]).unwrap();
    }

    /// Another event's row in a stream of its own, as if it were the first there.
    fn forge(&self, position: i64, dice: &mut Dice) {
        let like = dice.pick(self.events);
        let stream = dice.id().to_string();
        self.run(
            "INSERT INTO events (position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
             metadata, recorded_at) SELECT ?1, aggregate_type, ?2, 1, event_type, event_version, payload, metadata,
             recorded_at FROM events WHERE aggregate_type = ?3 AND aggregate_id = ?4 AND sequence = ?5",
            params![position, stream, like.aggregate_type, like.aggregate_id, like.sequence],
        );
    }

    /// The hash that the sealer would have stored for a forged event.
    async fn hash_forged(&self, position: u64, index: u64) {
        let event = self.store.read_after(position - 1, 1).await.unwrap().events.remove(0);
        let leaf = leaf(&event).unwrap();
        self.hash(position.cast_signed(), index, (&leaf, &Digest::chained(&Digest::ZERO, &leaf)));
    }

    fn hash(&self, position: i64, index: u64, (leaf, chain): (&Digest, &Digest)) {
        self.run(
            "INSERT INTO event_hashes (leaf_index, position, leaf, chain) VALUES (?1, ?2, ?3, ?4)",
            params![index, position, leaf.as_bytes(), chain.as_bytes()],
        );
    }

    async fn insert(&self, dice: &mut Dice) -> Change {
        let place = dice.pick(self.hashes);
        let (index, position) = (place.index, place.position);
        let before_all = *dice.pick(&[0, -1, -2, i64::MIN]);
        match dice.below(6) {
            0 => {
                self.forge(before_all, dice);
                ("an event put before the first", Expected::At(0))
            }
            1 => {
                self.hash(before_all, self.hashes.len() as u64, (&place.leaf, &place.chain));
                ("a hash put before the first", Expected::At(0))
            }
            2 => {
                self.shift("UPDATE events SET position", "position", (position, 1));
                self.forge(position.cast_signed(), dice);
                ("an event put in, and the hashes stay", Expected::At(position))
            }
            3 => {
                self.shift("UPDATE events SET position", "position", (position, 1));
                self.shift("UPDATE event_hashes SET position", "position", (position, 1));
                self.forge(position.cast_signed(), dice);
                ("an event put in without a hash", Expected::At(position))
            }
            4 => {
                self.shift("UPDATE events SET position", "position", (position, 1));
                self.shift("UPDATE event_hashes SET position", "position", (position, 1));
                self.shift("UPDATE event_hashes SET leaf_index", "leaf_index", (index, 1));
                self.forge(position.cast_signed(), dice);
                self.hash_forged(position, index).await;
                // It looks right; the one that stood there has a position that it was not recorded at.
                ("an event put in with a hash that fits", Expected::Either(position, position + 1))
            }
            _ => {
                let next = self.head() + 1;
                self.forge(next.cast_signed(), dice);
                self.hash_forged(next, self.hashes.len() as u64).await;
                ("an event put behind the last with a hash that fits", Expected::Around(next))
            }
        }
    }

    /// Two rows exchange the numbers in one column.
    fn exchange(&self, update: &str, column: &str, (one, other): (u64, u64)) {
        let sql = [update, " = ?1 WHERE ", column, " = ?2"].concat();
        for (from, to) in [(one.cast_signed(), -9), (other.cast_signed(), one.cast_signed()), (-9, other.cast_signed())]
        {
            self.run(&sql, (to, from));
        }
    }

    fn swap(&self, dice: &mut Dice) -> Change {
        let one = dice.below(self.hashes.len() as u64 - 1);
        let other = one + 1 + dice.below(self.hashes.len() as u64 - one - 1);
        let at = |index: u64| &self.hashes[usize::try_from(index).unwrap()];
        let (first, second) = (at(one).position, at(other).position);
        match dice.below(4) {
            0 => {
                self.exchange("UPDATE events SET position", "position", (first, second));
                ("two events swapped", Expected::At(first))
            }
            1 => {
                self.exchange("UPDATE event_hashes SET position", "position", (first, second));
                ("two hashes swapped", Expected::Around(first))
            }
            2 => {
                self.exchange("UPDATE event_hashes SET leaf_index", "leaf_index", (one, other));
                ("two indexes swapped", Expected::Around(first))
            }
            _ => {
                self.exchange("UPDATE events SET position", "position", (first, second));
                self.exchange("UPDATE event_hashes SET position", "position", (first, second));
                ("two events swapped with their hashes", Expected::Around(first))
            }
        }
    }

    fn renumber(&self, dice: &mut Dice) -> Change {
        let hash = dice.pick(self.hashes);
        let (index, position, by) = (hash.index, hash.position, 1 + dice.below(3));
        match dice.below(4) {
            0 => {
                self.shift("UPDATE events SET position", "position", (position, by.cast_signed()));
                ("events renumbered", Expected::At(position))
            }
            1 => {
                self.shift("UPDATE events SET position", "position", (position, by.cast_signed()));
                self.shift("UPDATE event_hashes SET position", "position", (position, by.cast_signed()));
                ("events and hashes renumbered", Expected::At(position + by))
            }
            2 => {
                self.shift("UPDATE event_hashes SET leaf_index", "leaf_index", (index, by.cast_signed()));
                ("indexes renumbered", Expected::Around(position))
            }
            _ => {
                let event = self.events.iter().find(|event| event.position == position).unwrap();
                let stream = (&event.aggregate_type, &event.aggregate_id, event.sequence, by + 1_000_000);
                let sql = "UPDATE events SET sequence = sequence + ?4
                           WHERE aggregate_type = ?1 AND aggregate_id = ?2 AND sequence >= ?3";
                self.run(sql, stream);
                ("a stream renumbered", Expected::At(position))
            }
        }
    }

    fn cut(&self, dice: &mut Dice) -> Change {
        let is_sealed = |position: u64| self.checkpoints.iter().any(|checkpoint| checkpoint.position == position);
        // What ends in a checkpoint looks whole: that is found with one that was kept elsewhere.
        let last = loop {
            let last = dice.pick(self.events).position;
            if !is_sealed(last) {
                break last;
            }
        };
        self.run("DELETE FROM events WHERE position > ?1", [last]);
        let kind = dice.below(3);
        if kind == 0 {
            return ("the end cut off, and the hashes stay", Expected::At(last + 1));
        }
        self.run("DELETE FROM event_hashes WHERE position > ?1", [last]);
        if kind == 1 {
            return ("the end cut off with its hashes", Expected::Around(last + 1));
        }
        self.run("DELETE FROM checkpoints WHERE position > ?1", [last]);
        ("the end cut off with its hashes and checkpoints", Expected::Around(last))
    }

    fn change_checkpoint(&self, dice: &mut Dice) -> Change {
        let StoredCheckpoint { size, position, note } = dice.pick(self.checkpoints);
        let set_note = |note: &[u8]| {
            self.run("UPDATE checkpoints SET note = CAST(?1 AS TEXT) WHERE size = ?2", (note, size));
        };
        let signed = checkpoint_in(note).unwrap();
        let foreign = NoteSigner::new(self.signer.verifier().name(), &[9; 32]).unwrap();
        let what = match dice.below(9) {
            0 => {
                set_note(&flipped(note.as_bytes(), dice));
                "a bit of a checkpoint"
            }
            1 => {
                let size = (*size, size ^ (1 << dice.below(62)));
                if !self.try_run("UPDATE checkpoints SET size = ?2 WHERE size = ?1", size) {
                    self.run("DELETE FROM checkpoints WHERE size = ?2", size);
                    self.run("UPDATE checkpoints SET size = ?2 WHERE size = ?1", size);
                }
                "a bit of a checkpoint's size"
            }
            2 => {
                let position = position ^ (1 << dice.below(62));
                self.run("UPDATE checkpoints SET position = ?1 WHERE size = ?2", (position, size));
                "a bit of a checkpoint's position"
            }
            3 => {
                set_note(signed.sign(&[&foreign]).unwrap().to_string().as_bytes());
                "a checkpoint signed by somebody else"
            }
            4 => {
                set_note(forged_signature(&signed, (self.signer, &foreign)).as_bytes());
                "a foreign signature under our name"
            }
            5 => {
                let other = Checkpoint { origin: "another/log".into(), ..signed };
                set_note(other.sign(&[self.signer]).unwrap().to_string().as_bytes());
                "a checkpoint of another log"
            }
            6 => {
                let other = self.checkpoints.iter().find(|other| other.size != *size).unwrap();
                set_note(other.note.as_bytes());
                "a checkpoint replaced by another of the log"
            }
            7 => return self.remove_newest_checkpoint(dice.below(2) == 0),
            _ => return self.change_frontier(dice),
        };
        (what, Expected::Checkpoint)
    }

    fn remove_newest_checkpoint(&self, with_all: bool) -> Change {
        let least = if with_all { 0 } else { self.checkpoints.last().unwrap().size };
        self.run("DELETE FROM checkpoints WHERE size >= ?1", [least]);
        ("the newest checkpoint deleted, or all", Expected::Around(self.head()))
    }

    /// Of the newest checkpoint: nobody reads those of the others.
    fn change_frontier(&self, dice: &mut Dice) -> Change {
        let mut frontier = Frontier::default();
        self.hashes.iter().for_each(|hash| frontier.append(hash.leaf));
        let newest = "UPDATE checkpoints SET frontier = ?1 WHERE size = ?2";
        self.run(newest, (flipped(&frontier.to_bytes(), dice), frontier.size()));
        ("a bit of the tree stored with a checkpoint", Expected::Checkpoint)
    }

    fn change_hash(&self, dice: &mut Dice) -> Change {
        let EventHash { index, position, leaf, chain } = dice.pick(self.hashes);
        let other = self.hashes.iter().find(|other| other.leaf != *leaf).unwrap();
        let set = |column: &str, value: Value| {
            let sql = ["UPDATE event_hashes SET ", column, " = ?1 WHERE position = ?2"].concat();
            self.try_run(&sql, params![value, position])
        };
        let bit = |digest: &Digest, dice: &mut Dice| Value::Blob(flipped(digest.as_bytes(), dice));
        let bits = |number: u64, dice: &mut Dice| Value::Integer(number.cast_signed() ^ (1 << dice.below(63)));
        match dice.below(6) {
            0 => {
                assert!(set("leaf", bit(leaf, dice)));
                ("a bit of a hash", Expected::At(*position))
            }
            1 => {
                assert!(set("chain", bit(chain, dice)));
                ("a bit of a chain", Expected::Around(*position))
            }
            2 => {
                assert!(set("leaf", Value::Blob(leaf.as_bytes()[1..].to_vec())));
                ("a hash cut short", Expected::At(*position))
            }
            3 => {
                let replaced =
                    ["leaf", "chain"].map(|column| (column, if column == "leaf" { other.leaf } else { other.chain }));
                assert!(
                    replaced.into_iter().all(|(column, digest)| set(column, Value::Blob(digest.as_bytes().to_vec())))
                );
                ("a hash replaced by another", Expected::At(*position))
            }
            4 => {
                while !set("leaf_index", bits(*index, dice)) {}
                ("a bit of an index", Expected::Around(*position))
            }
            _ => loop {
                let moved = bits(*position, dice);
                if let (Value::Integer(to), true) = (&moved, set("position", moved.clone())) {
                    return ("a bit of a hash's position", Expected::Either(*position, to.unsigned_abs()));
                }
            },
        }
    }
}

fn member<'e>(event: &'e mut RecordedEvent, column: &str) -> &'e mut String {
    match column {
        "payload" => &mut event.payload,
        "metadata" => &mut event.metadata,
        "event_type" => &mut event.event_type,
        "event_version" => &mut event.event_version,
        "aggregate_type" => &mut event.aggregate_type,
        _ => &mut event.aggregate_id,
    }
}

fn flipped(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let bit = dice.below(bytes.len() as u64 * 8);
    bytes[usize::try_from(bit / 8).unwrap()] ^= 1 << (bit % 8);
    bytes
}

/// Our name and the id of our key, and the signature of another.
fn forged_signature(checkpoint: &Checkpoint, (ours, foreign): (&NoteSigner, &NoteSigner)) -> String {
    let signature = |signer: &NoteSigner| checkpoint.sign(&[signer]).unwrap().signatures()[0].signature.clone();
    let own: Note = checkpoint.sign(&[ours]).unwrap();
    let encode = |bytes: Vec<u8>| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    let bytes = |signature: Vec<u8>| encode([ours.verifier().id().as_slice(), &signature].concat());
    own.to_string().replace(&bytes(signature(ours)), &bytes(signature(foreign)))
}
