//! From Markdown to HTML: only what a chapter needs, and no HTML that is not written here.

use std::fmt::Write;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeStream};

use super::sample::Values;
use crate::pages::Words;

/// For whom a chapter is rendered.
pub struct Context<'a> {
    pub words: &'a Words,
    pub values: &'a Values,
    /// What the links between chapters end with: empty, or `?language=nl`.
    pub suffix: &'a str,
}

/// A chapter as it stands on its page, without its title.
#[derive(Debug)]
pub struct Rendered {
    pub html: String,
    /// Those of the second level, each with those below it.
    pub headings: Vec<Heading>,
}

/// A heading and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    pub anchor: String,
    pub text: String,
    pub below: Vec<Self>,
}

pub fn render(text: &str, context: &Context<'_>) -> Rendered {
    let mut writer = Writer { context, html: String::new(), plain: String::new(), headings: Vec::new(), block: None };
    let mut places = Places::default();
    for event in TextMergeStream::new(Parser::new_ext(text, Options::ENABLE_TABLES)) {
        writer.write(event, &mut places);
    }
    Rendered { html: writer.html, headings: writer.headings }
}

struct Writer<'a> {
    context: &'a Context<'a>,
    html: String,
    /// The text of the heading that is being read, without marks.
    plain: String,
    headings: Vec<Heading>,
    /// The language of the code block that is being read.
    block: Option<String>,
}

/// Where something began whose tag depends on what is in it.
#[derive(Default)]
struct Places {
    heading: usize,
    cell: usize,
    /// The column, from 0.
    column: usize,
    in_head: bool,
    samples: usize,
    /// The last code block was for a shell, so that a text behind it is what it prints.
    after_shell: bool,
}

impl Writer<'_> {
    fn write(&mut self, event: Event<'_>, places: &mut Places) {
        match event {
            Event::Start(tag) => self.start(tag, places),
            Event::End(tag) => self.end(tag, places),
            Event::Text(text) => self.text(&text, places),
            Event::Code(code) => {
                self.plain.push_str(&code);
                let code = escaped(&code);
                self.html.push_str(&format!("<code>{code}</code>"));
            }
            Event::SoftBreak => self.html.push('\n'),
            Event::HardBreak => self.html.push_str("<br>\n"),
            Event::Rule => self.html.push_str("<hr>\n"),
            // Of other HTML than ours there is only the text.
            Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.html.push_str(&escaped(&text)),
            Event::TaskListMarker(_) => {}
        }
    }

    fn text(&mut self, text: &CowStr<'_>, places: &mut Places) {
        let Some(language) = self.block.as_deref() else {
            self.plain.push_str(text);
            self.html.push_str(&escaped(text));
            return;
        };
        let filled = if language == "sh" { self.context.values.fill(text) } else { text.to_string() };
        let is_shell = language == "sh";
        places.samples += 1;
        self.sample(filled.trim_end(), places);
        places.after_shell = is_shell;
    }

    /// A block of code, with a button that a script shows.
    fn sample(&mut self, code: &str, places: &Places) {
        let (words, number) = (self.context.words, places.samples);
        let (label, copies) = match self.block.as_deref().unwrap_or_default() {
            "sh" => (words.get("guide-shell"), true),
            "js" => ("JavaScript".to_owned(), true),
            "text" if places.after_shell => (words.get("guide-output"), false),
            "text" => (words.get("guide-text"), false),
            _ => (words.get("guide-answer"), false),
        };
        let (label, code) = (escaped(&label), escaped(code));
        self.html.push_str(&format!("<div class=\"sample\"><p>{label}</p>"));
        if copies {
            let (copy, copied) = (escaped(&words.get("copy")), escaped(&words.get("copied")));
            self.html.push_str(&format!(
                "<button class=\"secondary small\" type=\"button\" data-copy=\"sample-{number}\" data-copied=\"{copied}\" \
                 hidden>{copy}</button>"
            ));
        }
        self.html.push_str(&format!("<pre id=\"sample-{number}\" tabindex=\"0\"><code>{code}</code></pre></div>\n"));
    }

    fn start(&mut self, tag: Tag<'_>, places: &mut Places) {
        self.html.push_str(opening(&tag));
        if let Tag::Heading { .. } = tag {
            places.heading = self.html.len();
            self.plain.clear();
        } else if let Tag::CodeBlock(CodeBlockKind::Fenced(language)) = tag {
            self.block = Some(language.to_string());
        } else if let Tag::CodeBlock(CodeBlockKind::Indented) = tag {
            self.block = Some(String::new());
        } else if let Tag::Link { dest_url, .. } = tag {
            let href = escaped(&self.href(&dest_url));
            self.html.push_str(&format!("<a href=\"{href}\">"));
        } else if let Tag::TableHead | Tag::TableRow = tag {
            (places.in_head, places.column) = (tag == Tag::TableHead, 0);
        } else if let Tag::TableCell = tag {
            places.cell = self.html.len();
        }
    }

    fn end(&mut self, tag: TagEnd, places: &mut Places) {
        if let TagEnd::Heading(level) = tag {
            self.heading(level, places.heading);
        } else if let TagEnd::CodeBlock = tag {
            self.block = None;
        } else if let TagEnd::TableCell = tag {
            self.cell(places);
        }
        self.html.push_str(closing(tag));
    }

    /// A cell heads its column in the head and its row in the first column; what is empty heads nothing.
    fn cell(&mut self, places: &mut Places) {
        let inner = self.html.split_off(places.cell);
        let cell = match (places.in_head, places.column) {
            (true, _) if !inner.is_empty() => format!("<th scope=\"col\">{inner}</th>"),
            (false, 0) if !inner.is_empty() => format!("<th scope=\"row\">{inner}</th>"),
            (true | false, _) => format!("<td>{inner}</td>"),
        };
        self.html.push_str(&cell);
        places.column += 1;
    }

    /// The title is the page's own. Every other heading is a link to itself.
    fn heading(&mut self, level: HeadingLevel, begin: usize) {
        let inner = self.html.split_off(begin);
        let text = self.plain.trim().to_owned();
        let heading = Heading { anchor: self.anchor(&text), text, below: Vec::new() };
        let anchor = escaped(&heading.anchor);
        match level {
            HeadingLevel::H1 => return,
            HeadingLevel::H2 => self.headings.push(heading),
            HeadingLevel::H3 | HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => {
                if let Some(above) = self.headings.last_mut() {
                    above.below.push(heading);
                }
            }
        }
        // Writing to a String cannot fail.
        let _ = writeln!(self.html, "<{level} id=\"{anchor}\"><a href=\"#{anchor}\">{inner}</a></{level}>");
    }

    /// As GitHub makes them, so that links work in both places.
    fn anchor(&self, text: &str) -> String {
        let slug = slug(text);
        let all = self.headings.iter().flat_map(|heading| std::iter::once(heading).chain(&heading.below));
        match all.filter(|heading| slug_of(&heading.anchor) == slug).count() {
            0 => slug,
            before => format!("{slug}-{before}"),
        }
    }

    /// `errors.md#not_found` is `/docs/errors#not_found`.
    fn href(&self, target: &str) -> String {
        let (path, fragment) = target.split_once('#').map_or((target, String::new()), |(p, f)| (p, format!("#{f}")));
        match path.strip_suffix(".md") {
            Some(chapter) => format!("/docs/{chapter}{}{fragment}", self.context.suffix),
            None => target.to_owned(),
        }
    }
}

fn slug(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// An anchor without the number that tells it from others like it.
fn slug_of(anchor: &str) -> &str {
    let number = anchor.rsplit_once('-').filter(|(_, end)| end.bytes().all(|byte| byte.is_ascii_digit()));
    number.map_or(anchor, |(slug, _)| slug)
}

fn opening(tag: &Tag<'_>) -> &'static str {
    match tag {
        Tag::Paragraph => "<p>",
        Tag::BlockQuote(_) => "<div class=\"notice\">\n",
        Tag::List(None) => "<ul>\n",
        Tag::List(Some(_)) => "<ol>\n",
        Tag::Item => "<li>",
        Tag::Table(_) => "<div class=\"scroll\" tabindex=\"0\"><table>\n",
        Tag::TableHead => "<thead><tr>",
        Tag::TableRow => "<tr>",
        Tag::Emphasis => "<em>",
        Tag::Strong => "<strong>",
        // Written elsewhere, or not used.
        Tag::Heading { .. }
        | Tag::CodeBlock(_)
        | Tag::HtmlBlock
        | Tag::FootnoteDefinition(_)
        | Tag::DefinitionList
        | Tag::DefinitionListTitle
        | Tag::DefinitionListDefinition
        | Tag::TableCell
        | Tag::Strikethrough
        | Tag::Superscript
        | Tag::Subscript
        | Tag::Link { .. }
        | Tag::Image { .. }
        | Tag::MetadataBlock(_) => "",
    }
}

fn closing(tag: TagEnd) -> &'static str {
    match tag {
        TagEnd::Paragraph => "</p>\n",
        TagEnd::BlockQuote(_) => "</div>\n",
        TagEnd::List(false) => "</ul>\n",
        TagEnd::List(true) => "</ol>\n",
        TagEnd::Item => "</li>\n",
        TagEnd::Table => "</tbody></table></div>\n",
        TagEnd::TableHead => "</tr></thead>\n<tbody>\n",
        TagEnd::TableRow => "</tr>\n",
        TagEnd::Emphasis => "</em>",
        TagEnd::Strong => "</strong>",
        TagEnd::Link => "</a>",
        TagEnd::Heading(_)
        | TagEnd::CodeBlock
        | TagEnd::HtmlBlock
        | TagEnd::FootnoteDefinition
        | TagEnd::DefinitionList
        | TagEnd::DefinitionListTitle
        | TagEnd::DefinitionListDefinition
        | TagEnd::TableCell
        | TagEnd::Strikethrough
        | TagEnd::Superscript
        | TagEnd::Subscript
        | TagEnd::Image
        | TagEnd::MetadataBlock(_) => "",
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
