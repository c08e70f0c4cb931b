//! From Markdown to HTML.

use super::super::{Context, Values, render};
use super::{Chapter, Language};
use crate::pages::Words;

fn html(text: &str, values: &Values) -> String {
    let words = Words::new(Language::English);
    render(text, &Context { words: &words, values, suffix: "" }).html
}

#[test]
fn html_in_a_chapter_is_text() {
    let text = "a <b>b</b> <script>alert(1)</script>\n\n<div onclick=x>\n\n`<i>` [x](javascript:alert\\(1\\)\"><b>)\n\n| <u> |\n| --- |\n| <s> |\n";
    let html = html(text, &Values::default());
    for tag in ["<b>", "<script", "<div onclick", "<i>", "<u>", "<s>"] {
        assert!(!html.contains(tag), "{tag} in {html}");
    }
    assert!(html.contains("&lt;script&gt;alert(1)"), "{html}");
}

#[test]
fn the_readers_own_values_stand_in_the_examples_and_only_there() {
    let values = Values {
        url: "https://api.example.com".into(),
        client_id: Some("16ffd31f".into()),
        branch: Some("RS2RDH3B".into()),
    };
    let text = "`$CLIENT_ID`\n\n```sh\ncurl $ROUTIX_URL/$BRANCH?$CLIENT_ID_X -u \"$CLIENT_ID:$ROUTIX_CLIENT_SECRET\" $\n```\n\n```json\n{\"a\": \"$BRANCH\"}\n```\n";
    let html = html(text, &values);
    assert!(html.contains("<code>$CLIENT_ID</code>"), "{html}");
    let filled =
        "curl https://api.example.com/RS2RDH3B?$CLIENT_ID_X -u &quot;16ffd31f:$ROUTIX_CLIENT_SECRET&quot; $</code>";
    assert!(html.contains(filled), "{html}");
    assert!(html.contains("{&quot;a&quot;: &quot;$BRANCH&quot;}"), "{html}");
}

#[test]
fn hostile_values_are_text_and_are_not_looked_at_again() {
    let values = Values {
        url: "https://x\"><script>".into(),
        client_id: Some("$BRANCH".into()),
        branch: Some("</code></pre><img src=x onerror=alert(1)>'".into()),
    };
    let html = html("```sh\n$ROUTIX_URL $CLIENT_ID $BRANCH\n```\n", &values);
    assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    let expected =
        "https://x&quot;&gt;&lt;script&gt; $BRANCH &lt;/code&gt;&lt;/pre&gt;&lt;img src=x onerror=alert(1)&gt;&#39;";
    assert!(html.contains(expected), "{html}");
}

#[test]
fn a_table_has_a_head_for_each_row_and_column_that_is_named() {
    let html = html("| | A |\n| --- | --- |\n| x | `y` |\n", &Values::default());
    assert!(html.contains("<thead><tr><td></td><th scope=\"col\">A</th></tr></thead>"), "{html}");
    assert!(html.contains("<tr><th scope=\"row\">x</th><td><code>y</code></td></tr>"), "{html}");
}

#[test]
fn headings_are_links_to_themselves_as_github_makes_them() {
    let words = Words::new(Language::English);
    let context = Context { words: &words, values: &Values::default(), suffix: "?language=nl" };
    let rendered = render(
        "# T\n\n## 1. What is it?\n\n### invalid_scope\n\n## What is it\n\n## What is it\n\n[x](errors.md#a)",
        &context,
    );
    let anchors: Vec<&str> = rendered.headings.iter().map(|heading| heading.anchor.as_str()).collect();
    assert_eq!(anchors, ["1-what-is-it", "what-is-it", "what-is-it-1"]);
    assert_eq!(rendered.headings[0].below[0].anchor, "invalid_scope");
    assert!(rendered.html.contains("<h3 id=\"invalid_scope\"><a href=\"#invalid_scope\">invalid_scope</a></h3>"));
    assert!(rendered.html.contains("<a href=\"/docs/errors?language=nl#a\">x</a>"), "{}", rendered.html);
    assert!(!rendered.html.contains("<h1"), "the title is the page's");
}

#[test]
fn every_chapter_is_whole_html() {
    for chapter in Chapter::ALL {
        for language in Language::ALL {
            let html = html(chapter.text(language), &Values::default());
            for tag in [
                "p", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "pre", "code", "a", "h2", "h3",
                "div",
            ] {
                let opened = html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
                assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{tag} in {}", chapter.slug);
            }
            assert!(!html.contains("```") && !html.contains("**"), "{}", chapter.slug);
        }
    }
}
