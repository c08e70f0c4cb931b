//! What holds for every chapter in every language.

mod codes;
mod rendering;
mod structure;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeStream};

use super::Chapter;
use crate::pages::language::Language;

/// What a chapter is made of, in order.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parts {
    headings: Vec<(HeadingLevel, String)>,
    /// Language and text.
    blocks: Vec<(String, String)>,
    links: Vec<String>,
    /// The number of rows of each table, with its head.
    tables: Vec<usize>,
}

fn parts(chapter: &Chapter, language: Language) -> Parts {
    let mut parts = Parts::default();
    let (mut text, mut block) = (String::new(), None);
    for event in TextMergeStream::new(Parser::new_ext(chapter.text(language), Options::ENABLE_TABLES)) {
        if let Event::Text(found) | Event::Code(found) = &event {
            text.push_str(found);
        }
        if let Event::Start(Tag::Heading { .. } | Tag::CodeBlock(_)) = &event {
            text.clear();
        }
        if let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) = event {
            block = Some(language.to_string());
        } else if let Event::Start(Tag::Link { dest_url, .. }) = event {
            parts.links.push(dest_url.to_string());
        } else if let Event::Start(Tag::Table(_)) = event {
            parts.tables.push(1);
        } else if let Event::End(TagEnd::TableRow) = event {
            parts.tables.iter_mut().last().into_iter().for_each(|rows| *rows += 1);
        } else if let Event::End(TagEnd::Heading(level)) = event {
            parts.headings.push((level, text.clone()));
        } else if let Event::End(TagEnd::CodeBlock) = event {
            parts.blocks.push((block.take().unwrap(), text.clone()));
        }
    }
    parts
}
