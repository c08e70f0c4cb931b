//! Both languages say the same, and every link leads somewhere.

use super::super::{Context, Values, render};
use super::{Chapter, HeadingLevel, Language, parts};
use crate::pages::Words;
use crate::proxy::catalogue::Catalogue;

#[test]
fn both_languages_have_the_same_headings_examples_and_tables() {
    for chapter in Chapter::ALL {
        let [english, dutch] = Language::ALL.map(|language| parts(chapter, language));
        let levels = |headings: &[(HeadingLevel, String)]| headings.iter().map(|(level, _)| *level).collect::<Vec<_>>();
        assert_eq!(levels(&english.headings), levels(&dutch.headings), "{}", chapter.slug);
        assert_eq!(english.blocks, dutch.blocks, "{}", chapter.slug);
        assert_eq!(english.tables, dutch.tables, "{}", chapter.slug);
        let chapters = |links: Vec<String>| -> Vec<String> {
            links.into_iter().map(|link| link.split('#').next().unwrap().to_owned()).collect()
        };
        assert_eq!(chapters(english.links), chapters(dutch.links), "{}", chapter.slug);
    }
}

#[test]
fn a_chapter_has_one_title_and_leaves_no_level_out() {
    for chapter in Chapter::ALL {
        for language in Language::ALL {
            let headings = parts(chapter, language).headings;
            assert_eq!(headings[0], (HeadingLevel::H1, chapter.title(language).to_owned()), "{}", chapter.slug);
            for pair in headings.windows(2) {
                let [before, after] = [pair[0].0 as usize, pair[1].0 as usize];
                assert!(after > 1 && after <= before + 1, "{}: {}", chapter.slug, pair[1].1);
            }
            let about = chapter.about(language);
            assert!(about.len() > 40 && about.ends_with('.') && !about.contains(['`', '*', '[']), "{about}");
        }
    }
}

#[test]
fn every_link_leads_somewhere() {
    for language in Language::ALL {
        let words = Words::new(language);
        let context = Context { words: &words, values: &Values::default(), suffix: "" };
        let anchors = |slug: &str| -> Option<Vec<String>> {
            let chapter = Chapter::ALL.iter().find(|chapter| chapter.slug == slug)?;
            let headings = render(chapter.text(language), &context).headings;
            Some(headings.into_iter().flat_map(|heading| [vec![heading.clone()], heading.below].concat()))
                .map(|all| all.map(|heading| heading.anchor).collect())
        };
        for chapter in Chapter::ALL {
            for link in parts(chapter, language).links {
                if link.starts_with("https://") || link == "/docs/api" {
                    continue;
                }
                let (file, fragment) = link.split_once('#').unwrap_or((&link, ""));
                let slug = if file.is_empty() { chapter.slug } else { file.strip_suffix(".md").unwrap() };
                let anchors = anchors(slug).unwrap_or_else(|| panic!("{}: no chapter {link}", chapter.slug));
                assert!(
                    fragment.is_empty() || anchors.iter().any(|anchor| anchor == fragment),
                    "{link} in {anchors:?}"
                );
            }
        }
    }
}

#[test]
fn every_scope_and_every_resource_is_told() {
    let catalogue = Catalogue::built_in().unwrap();
    for language in Language::ALL {
        let told = |slug: &str| Chapter::ALL.iter().find(|chapter| chapter.slug == slug).unwrap().text(language);
        for scope in catalogue.scopes().iter() {
            assert!(told("apps").contains(&format!("| `{scope}` |")), "{scope}");
        }
        for resource in catalogue.resources() {
            let name = resource.name.as_str();
            assert!(told("calls").contains(&format!("| `{name}` |")), "{name}");
            assert!(told("calls").contains(&format!("$API/{name}")), "{name}");
        }
    }
}

#[test]
fn no_line_of_an_example_is_longer_than_people_read() {
    for chapter in Chapter::ALL {
        for (language, block) in parts(chapter, Language::English).blocks {
            let is_typed = matches!(language.as_str(), "sh" | "js");
            let long = block.lines().find(|line| is_typed && line.chars().count() > 96);
            assert_eq!(long, None, "{}", chapter.slug);
        }
    }
}

#[test]
fn no_example_trusts_a_certificate_that_is_not_proven() {
    for chapter in Chapter::ALL {
        for (_, block) in parts(chapter, Language::English).blocks {
            let words: Vec<&str> = block.split_whitespace().collect();
            for refused in ["-k", "-sSk", "--insecure", "VERIFY_NONE", "rejectUnauthorized", "verify=False"] {
                assert!(!words.iter().any(|word| word.contains(refused) && word.starts_with(&refused[..1])), "{block}");
            }
        }
    }
}
