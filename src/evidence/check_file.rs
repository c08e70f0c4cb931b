//! The check of an exported log, without a database.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};

use routix_domain::evidence::{ExportEvent, ExportHeader, ExportLine, Verifier, VerifierKey};

use super::check::{CheckError, Kept, Report, Wrong};

/// No event is near this long; a line without an end must not fill the memory.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// Who vouches for the keys that were used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReport {
    /// What the file calls the log.
    pub stated_origin: String,
    /// The keys, when they were taken from the file itself: nobody vouches for them.
    pub unvouched: Vec<VerifierKey>,
}

/// Checks an export in JSONL, in two passes: the checkpoints first, because a root can only be compared when the log is at
/// its size. Every event must be signed for.
///
/// # Errors
/// [`CheckError::Wrong`] with the first thing that is wrong; others when nothing can be said.
pub fn check_file(
    file: &mut File,
    kept: &Kept,
    said: &mut dyn FnMut(u64, u64),
) -> Result<(Report, FileReport), CheckError> {
    let (header, mut notes) = checkpoints(file)?;
    let own = notes.len();
    if own == 0 {
        return Err(Wrong::Line { line: 1, reason: "no checkpoint follows the header".into() }.into());
    }
    let given = !kept.keys.is_empty();
    let keys = if given { kept.keys.clone() } else { keys_of(&header)? };
    let unvouched = if given { Vec::new() } else { keys.clone() };
    notes.extend(kept.notes.iter().cloned());
    let mut verifier = Verifier::new(&kept.trust(keys, &header.origin), notes.iter().map(String::as_str));
    let (bytes, mut read, mut first, mut seen) = (file.metadata()?.len(), 0, 0, 0);
    file.rewind()?;
    let mut lines = Lines::of(file);
    lines.next()?;
    while let Some(line) = lines.next()? {
        read += line.len() as u64 + 1;
        match parse(line) {
            Ok(ExportLine::Event(event)) => {
                if first == 0 {
                    first = event.position;
                }
                verifier.feed_line(&event);
            }
            Ok(ExportLine::Checkpoint { .. }) => seen += 1,
            Ok(ExportLine::Header(_)) => return Err(bad_line(&lines, verifier, "a second header".into())),
            Err(error) => return Err(bad_line(&lines, verifier, error.to_string())),
        }
        if verifier.found().is_some() {
            break;
        }
        said(read, bytes);
    }
    // A line that is a checkpoint to one reader and none to another must not pass.
    if verifier.found().is_none() && seen != own {
        return Err(bad_line(&lines, verifier, "a checkpoint that is written in an unusual way".into()));
    }
    // One event more may show that what seemed missing only stands elsewhere.
    while verifier.found().is_some()
        && let Some(line) = lines.next()?
    {
        if let Ok(ExportLine::Event(event)) = parse(line) {
            verifier.feed_line(&event);
        }
    }
    let verified = verifier.finish().and_then(routix_domain::evidence::Verified::require_sealed).map_err(Wrong::Log)?;
    let report = Report { verified, first, checkpoints: notes.len(), waiting: 0 };
    Ok((report, FileReport { stated_origin: header.origin, unvouched }))
}

/// The header and every checkpoint of the file.
pub(super) fn checkpoints(file: &mut File) -> Result<(ExportHeader, Vec<String>), CheckError> {
    file.rewind()?;
    let mut lines = Lines::of(file);
    let wrong = |line, reason: &str| CheckError::Wrong(Wrong::Line { line, reason: reason.to_owned() });
    let Some(line) = lines.next()? else { return Err(wrong(1, "the file is empty")) };
    let header = match serde_json::from_str::<ExportHeader>(line) {
        Ok(header) if header.version == ExportHeader::VERSION => header,
        Ok(_) => return Err(wrong(1, "another version of the format")),
        Err(_) => return Err(wrong(1, "the header of an export is missing")),
    };
    let mut notes = Vec::new();
    while let Some(line) = lines.next()? {
        // The word may be in an event too.
        if line.contains("\"checkpoint\"")
            && let Ok(ExportLine::Checkpoint { checkpoint }) = parse(line)
        {
            notes.push(checkpoint);
        }
    }
    Ok((header, notes))
}

/// As an untagged line, but without the detour over all its forms.
pub(super) fn parse(line: &str) -> serde_json::Result<ExportLine> {
    match serde_json::from_str::<ExportEvent>(line) {
        Ok(event) => Ok(ExportLine::Event(Box::new(event))),
        // The reason why it is no event is the better one to tell.
        Err(reason) => serde_json::from_str(line).map_err(|_| reason),
    }
}

fn keys_of(header: &ExportHeader) -> Result<Vec<VerifierKey>, CheckError> {
    if header.keys.is_empty() {
        return Err(CheckError::NoKey);
    }
    header.keys.iter().map(|key| key.parse().map_err(CheckError::BadKey)).collect()
}

fn bad_line(lines: &Lines<'_>, verifier: Verifier, reason: String) -> CheckError {
    let before = verifier.found().is_some().then(|| verifier.finish().err()).flatten();
    CheckError::Wrong(before.map_or(Wrong::Line { line: lines.number, reason }, Wrong::Log))
}

/// The lines of a file, one at a time.
struct Lines<'f> {
    file: BufReader<&'f mut File>,
    line: Vec<u8>,
    number: u64,
}

impl<'f> Lines<'f> {
    fn of(file: &'f mut File) -> Self {
        Self { file: BufReader::with_capacity(1 << 20, file), line: Vec::new(), number: 0 }
    }

    fn next(&mut self) -> Result<Option<&str>, CheckError> {
        self.line.clear();
        self.number += 1;
        let number = self.number;
        let wrong = |reason: &str| CheckError::Wrong(Wrong::Line { line: number, reason: reason.to_owned() });
        if self.file.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        if self.line.pop() != Some(b'\n') {
            return Err(wrong("the line has no end"));
        }
        std::str::from_utf8(&self.line).map(Some).map_err(|_| wrong("the line is not UTF-8"))
    }
}
