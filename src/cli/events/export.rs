//! `routix events export`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::time::Instant;

use anyhow::Context as _;
use clap::error::ErrorKind;
use clap::{Args, ValueEnum};
use routix_domain::log::Sealed;

use super::chosen::Chosen;
use super::local_keys;
use crate::cli::context::Context;
use crate::cli::meter::Meter;
use crate::cli::output::note;
use crate::cli::settings::Settings;
use crate::evidence::{Choice, ExportError, Filter, Form, write_chosen, write_jsonl};
use crate::keys::KeyRing;

#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// Where to write; `-` is standard output. The file is there once it is complete.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// `jsonl` is the whole log with its evidence, which `events verify` checks; the others are for other programs, without
    /// digests of secrets.
    #[arg(long, value_enum, default_value_t = Kind::Jsonl)]
    format: Kind,
    /// Begin CSV with a byte order mark, for spreadsheets.
    #[arg(long)]
    bom: bool,
    #[command(flatten)]
    chosen: Chosen,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Jsonl,
    Csv,
    Cloudevents,
}

pub(super) async fn run(settings: &Settings, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { out, format, bom, chosen } = arguments;
    let filter = chosen.filter();
    if format == Kind::Jsonl && !filter.is_everything() {
        usage("a part of the log cannot be verified, so jsonl is always the whole; filter csv or cloudevents");
    }
    if bom && format != Kind::Csv {
        usage("--bom is for csv");
    }
    let context = Context::open_still(settings).await?;
    let mut target = Target::open(&out)?;
    let done = match format {
        Kind::Jsonl => whole(&context, &mut target).await,
        Kind::Csv => part(&context, (filter, Form::Csv { bom }), &mut target).await,
        Kind::Cloudevents => part(&context, (filter, Form::CloudEvents), &mut target).await,
    };
    match done.and_then(|written| target.finish().map(|()| written)) {
        Ok((written, sealed)) => {
            note(&format!("{written} events"));
            if let Some(newest) = sealed.and_then(|sealed| sealed.newest) {
                note("The newest checkpoint; keep this elsewhere:");
                note(newest.note.trim_end());
            }
            Ok(ExitCode::SUCCESS)
        }
        // Whoever reads has seen enough.
        Err(ExportError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error.into()),
    }
}

/// Options that do not go together, told as clap tells it.
fn usage(what: &str) -> ! {
    clap::Error::raw(ErrorKind::ArgumentConflict, format!("{what}\n")).exit()
}

type Done = Result<(u64, Option<Sealed>), ExportError>;

async fn whole(context: &Context, target: &mut Target) -> Done {
    let stores = &context.stores;
    let sealing = async {
        let keys = KeyRing::open(&context.config.keys_dir())?;
        let mut meter = Meter::start("seal", Instant::now());
        let sealed = stores.sealer(keys).seal_all_telling(&mut |at, of| meter.at(at, of)).await?;
        Ok::<_, anyhow::Error>((sealed, local_keys(&context.config)?))
    };
    let (sealed, keys) = sealing.await.map_err(ExportError::Unsealed)?;
    let mut meter = Meter::start("export", Instant::now());
    let (store, log) = ((&stores.feed, &stores.seals), (&sealed, keys));
    let written = write_jsonl(store, log, &mut target.file, &mut |at, of| meter.at(at, of)).await?;
    Ok((written, Some(sealed)))
}

async fn part(context: &Context, (filter, form): (Filter, Form), target: &mut Target) -> Done {
    let mut choice = Choice::begin(&context.stores.feed, filter).await?;
    let mut meter = Meter::start("export", Instant::now());
    let said = &mut |at, of| meter.at(at, of);
    let written = write_chosen(&mut choice, (form, u64::MAX), &mut target.file, said).await?;
    Ok((written, None))
}

/// Where the export goes. A file has its name once it is complete; before that it stands beside it under another.
struct Target {
    file: BufWriter<Box<dyn Write + Send>>,
    names: Option<(File, PathBuf, PathBuf)>,
}

impl Target {
    fn open(out: &Path) -> anyhow::Result<Self> {
        if out == Path::new("-") {
            return Ok(Self { file: BufWriter::new(Box::new(io::stdout())), names: None });
        }
        let name = out.file_name().with_context(|| format!("{} names no file", out.display()))?;
        let draft = out.with_file_name(format!("{}.{}.part", name.to_string_lossy(), process::id()));
        let cannot = || format!("cannot write {}", out.display());
        // Events name people by id, and say what they did: for its owner alone.
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft);
        let file = file.with_context(cannot)?;
        let written: Box<dyn Write + Send> = Box::new(file.try_clone().with_context(cannot)?);
        Ok(Self { file: BufWriter::with_capacity(1 << 20, written), names: Some((file, draft, out.to_owned())) })
    }

    fn finish(&mut self) -> Result<(), ExportError> {
        self.file.flush()?;
        if let Some((file, draft, out)) = &self.names {
            file.sync_all()?;
            fs::rename(draft, out)?;
            self.names = None;
        }
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some((_, draft, _)) = &self.names {
            // What is left of it says by its name that it is a part.
            let _ = fs::remove_file(draft);
        }
    }
}
