//! The second verifier, in Python, over many exports, good ones and changed ones: both say the same of each.
//!
//! `ROUTIX_TEST_EXPORTS` is how many, `ROUTIX_TEST_SEED` with which seed the first log begins.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use routix::evidence::{CheckError, Kept, Wrong, check_file, checkpoint_in};
use routix::keys::KeyRing;
use routix_domain::evidence::{Digest, ExportEvent, Item, NoteSigner, leaf};
use serde_json::json;

use super::place::Sealed;
use crate::support::{Dice, number};

const EXPORTS: u64 = 240;
/// How many are made of one log; the first of them is not changed.
const PER_LOG: u64 = 4;

/// Runs the verifier for each line of arguments, as a shell would, but in one process.
const DRIVER: &str = r#"
import contextlib, io, json, runpy, sys
for line in sys.stdin:
    sys.argv, out = json.loads(line), io.StringIO()
    try:
        with contextlib.redirect_stdout(out): runpy.run_path(sys.argv[0], run_name="__main__")
        said = [True, out.getvalue()]
    except SystemExit as end: said = [False, end.code]
    print(json.dumps(said), flush=True)
"#;

struct Python {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Python {
    fn start() -> Self {
        let mut command = Command::new("python3");
        let child = command.args(["-c", DRIVER]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("this test needs python3 (tests/run gets it): {error}"));
        let (asks, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, asks, answers }
    }

    /// Whether it finds the export good, and its words.
    fn check(&mut self, export: &Path, origin: &str, keys: &[String]) -> (bool, String) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify_export.py");
        let mut arguments = vec![json!(script), json!(export), json!(origin)];
        arguments.extend(keys.iter().map(|key| json!(key)));
        writeln!(self.asks, "{}", json!(arguments)).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("python answers {answer:?}: {error}"))
    }

    fn end(mut self) {
        drop(self.asks);
        assert!(self.child.wait().unwrap().success());
    }
}

/// The position of the event at which it found something.
fn position_in(words: &str) -> Option<u64> {
    words.split_once("event at position ")?.1.split(',').next()?.parse().ok()
}

/// A log of some ten events, and the signer of its checkpoints.
async fn log(seed: u64) -> (Sealed, NoteSigner) {
    let mut dice = Dice::seeded(seed);
    let mut sizes = vec![1 + usize::try_from(dice.below(20)).unwrap()];
    for _ in 0..dice.below(4) {
        sizes.push(sizes[sizes.len() - 1] + 1 + usize::try_from(dice.below(20)).unwrap());
    }
    let place = Sealed::of(seed, &sizes).await;
    let signer = KeyRing::open(&place.keys()).unwrap().current().checkpoint_signer().unwrap();
    (place, signer)
}

/// The export with one thing changed, and what that was. Some changes are none to a verifier.
fn changed(export: &[u8], signer: &NoteSigner, dice: &mut Dice) -> (&'static str, Vec<u8>) {
    let mut lines: Vec<Vec<u8>> = export.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let any = |dice: &mut Dice, lines: &[Vec<u8>]| usize::try_from(dice.below(lines.len() as u64)).unwrap();
    let (one, other) = (any(dice, &lines), any(dice, &lines));
    let is_event = |line: &[u8]| line.starts_with(b"{\"index\"");
    let events: Vec<usize> = (0..lines.len()).filter(|line| is_event(&lines[*line])).collect();
    let checkpoints: Vec<usize> = (1..lines.len()).filter(|line| !is_event(&lines[*line])).collect();
    let what = match dice.below(10) {
        0 => {
            lines.remove(one);
            "a line removed"
        }
        1 => {
            lines.swap(one, other);
            "two lines swapped"
        }
        2 => {
            let twice = lines[one].clone();
            lines.insert(other, twice);
            "a line put in again"
        }
        3 => {
            lines.truncate(one);
            "the end cut off"
        }
        4..=6 => {
            let bit = dice.below(lines[one].len() as u64 * 8);
            lines[one][usize::try_from(bit / 8).unwrap()] ^= 1 << (bit % 8);
            "a bit"
        }
        7 => {
            let line = *dice.pick(&events);
            lines[line] = forged(&lines[line], dice.below(2) == 0);
            "an event with hashes that fit"
        }
        8 => {
            let foreign = NoteSigner::new(signer.verifier().name(), &[9; 32]).unwrap();
            let line = *dice.pick(&checkpoints);
            lines[line] = signed_again(&lines[line], &foreign);
            "a checkpoint signed by somebody else"
        }
        _ => {
            let (line, other) = (*dice.pick(&checkpoints), *dice.pick(&checkpoints));
            lines[line] = lines[other].clone();
            "a checkpoint replaced by another"
        }
    };
    (what, lines.concat())
}

/// Another payload, with its leaf, and with its chain when it is the first of its stream.
fn forged(line: &[u8], with_chain: bool) -> Vec<u8> {
    let mut item = Item::from(serde_json::from_slice::<ExportEvent>(line).unwrap());
    item.event.payload = r#"{"name":"forged"}"#.into();
    item.leaf = leaf(&item.event).unwrap();
    if with_chain {
        item.chain = Digest::chained(&Digest::ZERO, &item.leaf);
    }
    let mut line = serde_json::to_vec(&ExportEvent::try_from(&item).unwrap()).unwrap();
    line.push(b'\n');
    line
}

fn signed_again(line: &[u8], signer: &NoteSigner) -> Vec<u8> {
    let line: serde_json::Value = serde_json::from_slice(line).unwrap();
    let checkpoint = checkpoint_in(line["checkpoint"].as_str().unwrap()).unwrap();
    format!("{}\n", json!({"checkpoint": checkpoint.sign(&[signer]).unwrap().to_string()})).into_bytes()
}

/// What our verifier says.
fn ours(path: &Path, kept: &Kept) -> Result<u64, Wrong> {
    match check_file(&mut File::open(path).unwrap(), kept, &mut |_, _| {}) {
        Ok((report, _)) => Ok(report.verified.size),
        Err(CheckError::Wrong(wrong)) => Err(wrong),
        Err(error) => panic!("{error}"),
    }
}

/// Where the two differ, in words.
fn difference(ours: &Result<u64, Wrong>, (is_good, words): &(bool, String)) -> Option<String> {
    let same = match ours {
        Ok(size) => *is_good && words.starts_with(&format!("{size} events")),
        // Where one of them cannot even read a line, it names no event.
        Err(wrong) => {
            let place = position_in(words).zip(wrong.span());
            !is_good && words.starts_with("WRONG") && place.is_none_or(|(position, span)| span.contains(position))
        }
    };
    (!same).then(|| format!("{ours:?}, and python: {words}"))
}

#[tokio::test]
async fn both_verifiers_say_the_same_of_many_exports() {
    let (exports, first) = (number("ROUTIX_TEST_EXPORTS", EXPORTS), number("ROUTIX_TEST_SEED", 1));
    let (mut python, mut found) = (Python::start(), [0, 0, 0]);
    for seed in first..first + exports.div_ceil(PER_LOG) {
        let (place, signer) = log(seed).await;
        let (export, mut dice) = (place.export().await, Dice::seeded(seed));
        let origin = checkpoint_in(&place.notes().await[0]).unwrap().origin;
        let kept = Kept { origin: Some(origin.clone()), ..place.kept(&[]) };
        for version in 0..PER_LOG {
            let unchanged = || ("nothing", export.clone());
            let (what, bytes) = if version == 0 { unchanged() } else { changed(&export, &signer, &mut dice) };
            let path = place.file("export.jsonl", &bytes);
            let (ours, theirs) = (ours(&path, &kept), python.check(&path, &origin, &place.public_keys()));
            assert!(version > 0 || ours.is_ok(), "seed {seed}: {ours:?}");
            let difference = difference(&ours, &theirs);
            assert_eq!(difference, None, "seed {seed}, version {version}, {what}: {}", String::from_utf8_lossy(&bytes));
            found[usize::from(ours.is_err()) + usize::from(position_in(&theirs.1).is_some())] += 1;
        }
    }
    python.end();
    // Good ones, wrong ones, and wrong ones of which both can name the place.
    assert!(found.into_iter().all(|count| count > exports / 10), "{found:?}");
}
