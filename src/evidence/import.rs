//! An export as what another store takes in.

use std::collections::VecDeque;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, Lines, Seek};

use routix_domain::evidence::{Checkpoint, ExportLine, Frontier, Item, Note};
use routix_domain::log::StoredCheckpoint;

use super::check::CheckError;
use super::check_file::{checkpoints, parse};
use crate::store::import::Batch;

/// Events a batch.
const BATCH: usize = 500;

/// The events of an export in batches, each with the checkpoints that cover the log up to one of its events. For a file
/// that [`super::check_file`] found good: nothing is checked again.
pub struct Import {
    lines: Lines<BufReader<File>>,
    /// Of the export, smallest first.
    checkpoints: VecDeque<StoredCheckpoint>,
    frontier: Frontier,
}

impl Import {
    /// # Errors
    /// [`CheckError`] for a file that is no export.
    pub fn of(mut file: File) -> Result<Self, CheckError> {
        let (_, notes) = checkpoints(&mut file)?;
        let stored = |note: String| {
            let signed: Note = note.parse().ok()?;
            let Checkpoint { size, position, .. } = Checkpoint::of_note(&signed).ok()?;
            Some(StoredCheckpoint { size, position, note })
        };
        let mut checkpoints: Vec<_> = notes.into_iter().filter_map(stored).collect();
        checkpoints.sort_by_key(|checkpoint| checkpoint.size);
        checkpoints.dedup_by_key(|checkpoint| checkpoint.size);
        file.rewind()?;
        let lines = BufReader::with_capacity(1 << 20, file).lines();
        Ok(Self { lines, checkpoints: checkpoints.into(), frontier: Frontier::default() })
    }

    fn batch(&mut self) -> Result<Batch, Box<dyn Error + Send + Sync>> {
        let mut batch = Batch::default();
        while batch.items.len() < BATCH
            && let Some(line) = self.lines.next()
        {
            let ExportLine::Event(event) = parse(&line?)? else { continue };
            let item = Item::from(*event);
            self.frontier.append(item.leaf);
            let size = self.frontier.size();
            if let Some(checkpoint) = self.checkpoints.pop_front_if(|checkpoint| checkpoint.size == size) {
                batch.checkpoints.push((checkpoint, self.frontier.clone()));
            }
            batch.items.push(item);
        }
        Ok(batch)
    }
}

impl Iterator for Import {
    type Item = Result<Batch, Box<dyn Error + Send + Sync>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.batch() {
            Ok(batch) if batch.items.is_empty() => None,
            batch => Some(batch),
        }
    }
}
