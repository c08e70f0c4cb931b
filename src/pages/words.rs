//! What our pages say, in each language: Fluent catalogues, compiled in.
//!
//! Protocol answers are not here; they are English and ASCII, as their standards want.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use super::language::Language;

type Catalogue = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| catalogue(Language::English));
static DUTCH: LazyLock<Catalogue> = LazyLock::new(|| catalogue(Language::Dutch));

/// The files of a catalogue, one for each part of the house.
macro_rules! text_of {
    ($($file:literal),+ $(,)?) => {
        fn text_of(language: Language) -> &'static str {
            match language {
                Language::English => concat!($(include_str!(concat!("words/en/", $file, ".ftl")), "\n"),+),
                Language::Dutch => concat!($(include_str!(concat!("words/nl/", $file, ".ftl")), "\n"),+),
            }
        }
    };
}

text_of![
    "frame",
    "account",
    "consent",
    "scopes",
    "api",
    "apps",
    "app_form",
    "faults",
    "danger",
    "history",
    "organization",
    "operator",
    "guide",
];

fn catalogue(language: Language) -> Catalogue {
    // What can be read is used; a test reads each catalogue without a fault.
    let resource = FluentResource::try_new(text_of(language).to_owned()).unwrap_or_else(|(resource, _)| resource);
    let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // The marks isolate text of another direction; both languages are written from left to right.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

/// The variable that is a number.
const COUNT: &str = "count";

/// A moment on a page: exactly, for programs, and in words, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub iso: String,
    pub text: String,
}

/// The words of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    pub language: Language,
}

impl Words {
    pub fn new(language: Language) -> Self {
        Self { language }
    }

    /// The text of a key. Plain text, not HTML.
    pub fn get(&self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The text of a key that may not be there: what an operator declares has no words of ours.
    pub fn find(&self, key: &str) -> Option<String> {
        self.catalogue().has_message(key).then(|| self.get(key))
    }

    /// A day, as people write it.
    pub fn date(&self, time: DateTime<Utc>) -> String {
        let (day, month, year) = (time.day().to_string(), format!("m{}", time.month()), time.year().to_string());
        self.with("date", &[("day", &day), ("month", &month), ("year", &year)])
    }

    /// A moment, as people write it, in UTC: what is shown where no script can tell the zone of the reader.
    pub fn moment(&self, time: DateTime<Utc>) -> Stamp {
        let text = format!("{}, {} UTC", self.date(time), time.format("%H:%M"));
        Stamp { iso: time.to_rfc3339_opts(SecondsFormat::Micros, true), text }
    }

    /// A moment to the second, in UTC and in digits, for lists in which the order is what matters.
    pub fn instant(&self, time: DateTime<Utc>) -> Stamp {
        let text = format!("{} UTC", time.format("%Y-%m-%d %H:%M:%S"));
        Stamp { text, ..self.moment(time) }
    }

    /// A count, in groups of three digits as people write them.
    pub fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        let mut text = String::with_capacity(digits.len() * 4 / 3);
        for (at, digit) in digits.char_indices() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(match self.language {
                    Language::English => ',',
                    Language::Dutch => '.',
                });
            }
            text.push(digit);
        }
        text
    }

    fn catalogue(&self) -> &'static Catalogue {
        match self.language {
            Language::English => &ENGLISH,
            Language::Dutch => &DUTCH,
        }
    }

    /// The text of a key with its variables: names and values. `count` is a number when it can be read as one.
    pub fn with(&self, key: &str, variables: &[(&str, &str)]) -> String {
        let catalogue = self.catalogue();
        let mut arguments = FluentArgs::new();
        for (name, value) in variables {
            // A count chooses between the forms of a word; everything else is text, even when it is all digits.
            match value.parse::<i64>().ok().filter(|_| *name == COUNT) {
                Some(count) => arguments.set(*name, count),
                None => arguments.set(*name, *value),
            }
        }
        let mut faults = Vec::new();
        let pattern = catalogue.get_message(key).and_then(|message| message.value());
        let text = pattern.map(|pattern| catalogue.format_pattern(pattern, Some(&arguments), &mut faults).into_owned());
        if text.is_none() || !faults.is_empty() {
            tracing::error!(key, ?faults, language = self.language.tag(), "a text is missing or has other variables");
        }
        text.unwrap_or_else(|| key.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    /// Each key with the variables of its text.
    fn keys(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut current = String::new();
        for line in text_of(language).lines().filter(|line| !line.starts_with('#')) {
            if let Some((key, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
            {
                current = key.to_owned();
                assert!(keys.insert(current.clone(), BTreeSet::new()).is_none(), "{key} is given twice");
            }
            let names =
                line.split('$').skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
            keys.entry(current.clone())
                .or_default()
                .extend(names.filter_map(|mut parts| parts.next().map(str::to_owned)));
        }
        keys.remove("");
        keys
    }

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { files(&path, found) } else { found.push(path) }
        }
    }

    /// Templates and programs, without white space, so that it does not matter how a call is broken into lines.
    fn sources() -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        found.retain(|path| path.extension().is_some_and(|ending| ending == "rs" || ending == "html"));
        let squeezed = |path: &PathBuf| fs::read_to_string(path).unwrap().split_whitespace().collect();
        found.into_iter().map(|path| (path.clone(), squeezed(&path))).collect()
    }

    #[test]
    fn each_catalogue_is_read_without_a_fault() {
        for language in Language::ALL {
            let read = FluentResource::try_new(text_of(language).to_owned());
            assert!(read.is_ok(), "{language:?} {:?}", read.err().map(|(_, faults)| faults));
        }
    }

    #[test]
    fn both_have_the_same_keys_and_variables() {
        assert_eq!(keys(Language::English), keys(Language::Dutch));
        assert!(keys(Language::English).len() > 20);
    }

    #[test]
    fn every_text_is_complete() {
        for language in Language::ALL {
            for (key, variables) in keys(language) {
                let variables: Vec<(&str, &str)> = variables.iter().map(|name| (name.as_str(), "<v>")).collect();
                let text = Words::new(language).with(&key, &variables);
                assert!(text != key && !text.contains('{') && !text.contains('$'), "{language:?} {key}: {text}");
                assert_eq!(text.matches("<v>").count() > 0, !variables.is_empty(), "{language:?} {key}: {text}");
            }
        }
    }

    #[test]
    fn every_key_that_is_used_exists_and_every_key_is_used() {
        let keys = keys(Language::English);
        let sources = sources();
        for (path, text) in &sources {
            for call in [concat!("words.g", "et(\""), concat!("words.w", "ith(\"")] {
                for (at, _) in text.match_indices(call) {
                    let key = text[at + call.len()..].split('"').next().unwrap();
                    assert!(keys.contains_key(key), "{}: there is no text {key}", path.display());
                }
            }
        }
        // These are put together; that none is missing is tested where their parts are known.
        const COMPOSED: [&str; 4] = ["scope-", "resource-", "told-", "fault-"];
        let written = |key: &&String| !COMPOSED.iter().any(|beginning| key.starts_with(beginning));
        for key in keys.keys().filter(written) {
            let quoted = format!("\"{key}\"");
            assert!(sources.iter().any(|(_, text)| text.contains(&quoted)), "nobody says {key}");
        }
    }

    #[test]
    fn a_day_is_written_as_people_write_it() {
        let day = "2026-03-01T12:00:00Z".parse().unwrap();
        assert_eq!(Words::new(Language::English).date(day), "1 March 2026");
        assert_eq!(Words::new(Language::Dutch).date(day), "1 maart 2026");
    }

    #[test]
    fn one_is_not_many() {
        let words = Words::new(Language::English);
        assert_eq!(words.with("app-list-scopes", &[("count", "1")]), "1 scope");
        assert_eq!(words.with("app-list-scopes", &[("count", "12")]), "12 scopes");
    }

    #[test]
    fn a_count_is_written_as_people_write_it() {
        let written =
            |language| [0, 12, 999, 1_000, 65_432, 1_234_567].map(|number| Words::new(language).number(number));
        assert_eq!(written(Language::English), ["0", "12", "999", "1,000", "65,432", "1,234,567"]);
        assert_eq!(written(Language::Dutch), ["0", "12", "999", "1.000", "65.432", "1.234.567"]);
    }

    #[test]
    fn a_missing_key_shows_itself() {
        assert_eq!(Words::new(Language::Dutch).with("no-such-key", &[]), "no-such-key");
    }
}
