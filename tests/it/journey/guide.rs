//! The guide for integrators, word for word: every example of every chapter, in order, in a shell, against a demo.
//!
//! A chapter has a shell of its own, which knows the variables that the quick start names. What an example prints is
//! compared with the block behind it, or is nothing. Somebody plays the person at the consent page.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::{env, fs};

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd, TextMergeStream};

use super::printed::compare;
use super::script::Journey;
use super::visitor::{code_of, page_of};

/// The language of a block and what is in it.
type Block = (String, String);

fn blocks(markdown: &str) -> Vec<Block> {
    let (mut blocks, mut open) = (Vec::new(), None);
    for event in TextMergeStream::new(Parser::new(markdown)) {
        if let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) = event {
            open = Some(language.to_string());
        } else if let Event::Text(text) = event {
            blocks.extend(open.take().map(|language| (language, text.to_string())));
        } else if let Event::End(TagEnd::CodeBlock) = event {
            assert_eq!(open, None, "an empty block");
        }
    }
    blocks
}

/// A shell that goes on from one example to the next.
struct Shell {
    bash: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: tempfile::TempDir,
}

impl Shell {
    /// In an empty folder, knowing nothing but these variables.
    fn start(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // An example that waits for what nobody types is ended.
        let mut bash = Command::new("timeout")
            .args(["600", "bash", "-s"])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap())
            .env("HOME", folder.path())
            .env("LC_ALL", "C.UTF-8")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (bash.stdin.take().unwrap(), BufReader::new(bash.stdout.take().unwrap()));
        Self { bash, input, output, folder }
    }

    /// What an example prints. `typed` is what is typed when it asks for something.
    fn run(&mut self, example: &str, typed: &str) -> String {
        let script = format!("{{\n{example}\n}} > out.txt 2> errors.txt\n{typed}echo done\n");
        self.input.write_all(script.as_bytes()).unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        assert_ne!(line, "", "the shell has ended, or was ended after ten minutes: {example}");
        let read = |name: &str| fs::read_to_string(self.folder.path().join(name)).unwrap();
        assert_eq!((line.as_str(), read("errors.txt").as_str()), ("done\n", ""), "{example}");
        read("out.txt")
    }

    fn save(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // It may have ended already; there is nothing to do then.
        let _ = self.bash.kill();
        let _ = self.bash.wait();
    }
}

/// Runs a chapter; how many examples it has.
fn follow(journey: &Journey, markdown: &str) -> usize {
    let mut shell = Shell::start(&[
        ("ROUTIX_URL", journey.get("ROUTIX_URL")),
        ("CLIENT_ID", journey.get("ROUTIX_CLIENT_ID")),
        ("BRANCH", journey.get("ROUTIX_BRANCH")),
        ("ROUTIX_CLIENT_SECRET", journey.get("ROUTIX_CLIENT_SECRET")),
        ("EMAIL", journey.get("ROUTIX_OWNER_EMAIL")),
        ("PASSWORD", journey.get("ROUTIX_OWNER_PASSWORD")),
    ]);
    let blocks = blocks(markdown);
    let (mut code, mut count) = (String::new(), 0);
    for (index, (language, text)) in blocks.iter().enumerate() {
        match language.as_str() {
            "js" => {
                let name = text.lines().next().and_then(|line| line.strip_prefix("// ")).unwrap();
                shell.save(name, text);
            }
            "sh" => {
                let asks = text.starts_with("read -rp ");
                let printed = shell.run(text, if asks { &code } else { "" });
                count += 1;
                let next = blocks.get(index + 1).filter(|(language, _)| !matches!(language.as_str(), "sh" | "js"));
                if printed.contains("/auth/v1/oauth/authorize?") {
                    code = code_of(journey, printed.trim()) + "\n";
                } else {
                    compare(text, next, &printed);
                }
            }
            _ => {}
        }
    }
    count
}

fn chapters(language: &str) -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide");
    // The order in which the guide itself has them.
    let list = fs::read_to_string(folder.join("chapter.rs")).unwrap();
    let (_, list) = list.split_once("chapters![").unwrap();
    let slugs = list.split(']').next().unwrap().split('"').skip(1).step_by(2);
    slugs.map(|slug| fs::read_to_string(folder.join(language).join(slug).with_extension("md")).unwrap()).collect()
}

fn every_example_works(language: &str) {
    let journey = Journey::start();
    let counts: Vec<usize> = chapters(language).iter().map(|chapter| follow(&journey, chapter)).collect();
    assert!(counts.len() == 12 && counts.iter().all(|count| *count > 0), "{counts:?}");
}

#[test]
fn every_example_of_the_english_guide_works_as_printed() {
    every_example_works("en");
}

#[test]
fn every_example_of_the_dutch_guide_works_as_printed() {
    every_example_works("nl");
}

/// The examples of a page, as its buttons copy them, with the labels above them.
fn copied(html: &str) -> Vec<(&str, String)> {
    let samples = html.split("<div class=\"sample\"><p>").skip(1);
    samples
        .map(|sample| {
            let (label, rest) = sample.split_once("</p>").unwrap();
            let (_, code) = rest.split_once("<code>").unwrap();
            let text = code.split("</code>").next().unwrap();
            (label, text.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">"))
        })
        .collect()
}

#[test]
fn what_a_member_copies_from_the_quick_start_needs_nothing_but_the_secret() {
    let journey = Journey::start();
    let page = page_of(&journey, "OWNER", "/docs/quick-start");
    let mut shell = Shell::start(&[("ROUTIX_CLIENT_SECRET", journey.get("ROUTIX_CLIENT_SECRET"))]);
    let samples = copied(&page);
    let mut printed = Vec::new();
    for (_, code) in samples.iter().filter(|(label, _)| *label == "Shell") {
        printed.push(shell.run(&code.replace("&amp;", "&"), ""));
    }
    let told: Vec<&String> = samples.iter().filter(|(label, _)| *label == "Answer").map(|(_, code)| code).collect();
    let answers: Vec<&String> = printed.iter().filter(|text| !text.is_empty()).collect();
    assert_eq!((printed.len(), answers.len()), (4, told.len()));
    for (told, answer) in told.into_iter().zip(answers) {
        compare("/docs/quick-start", Some(&("json".to_owned(), told.clone())), answer);
    }
}
