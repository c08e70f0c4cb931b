//! The doors that are not for reading, as the routers' sources name them.

use std::fs;
use std::path::Path;

use super::Door;

const MARK: &str = ".route(";
/// Other ways to make a door, which nobody has needed so far.
const UNREAD: [&str; 4] = [".route_service(", ".nest(", ".nest_service(", ".fallback"];

/// The methods of a word that makes a router of a handler; none for those that only read.
fn methods(word: &str) -> &'static [&'static str] {
    match word.rsplit("::").next().unwrap_or(word) {
        "get" => &[],
        "post" | "door" => &["POST"],
        "put" => &["PUT"],
        "patch" => &["PATCH"],
        "delete" => &["DELETE"],
        "any" => &["POST", "PUT", "PATCH", "DELETE"],
        _ => panic!("say here which methods {word} takes"),
    }
}

/// The arguments of a call, from behind its opening parenthesis.
fn arguments(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut began, mut found) = (0_u32, false, 0, Vec::new());
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' if !quoted && depth == 0 => {
                found.push(text[began..at].trim());
                found.retain(|argument| !argument.is_empty());
                return found;
            }
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                found.push(text[began..at].trim());
                began = at + 1;
            }
            _ => {}
        }
    }
    panic!("a route without an end: {text}")
}

/// The words that are called in a chain, without what is called inside them.
fn called(chain: &str) -> Vec<&str> {
    let (mut depth, mut began, mut found) = (0_u32, 0, Vec::new());
    for (at, character) in chain.char_indices() {
        match character {
            '(' => {
                if depth == 0 {
                    found.push(chain[began..at].trim());
                }
                depth += 1;
            }
            ')' => {
                depth -= 1;
                began = at + 1;
            }
            '.' if depth == 0 => began = at + 1,
            _ => {}
        }
    }
    found
}

fn of_source(text: &str) -> Vec<Door> {
    let mut doors = Vec::new();
    for (start, mark) in text.match_indices(MARK) {
        let arguments = arguments(&text[start + mark.len()..]);
        let (path, chain) = match arguments[..] {
            // What a request's route is asked for makes none.
            [] => continue,
            [path, chain] => (path, chain),
            _ => panic!("a route has a path and handlers: {arguments:?}"),
        };
        let methods = called(chain).into_iter().flat_map(methods);
        doors.extend(methods.map(|method| ((*method).to_owned(), path.to_owned())));
    }
    doors
}

fn walk(folder: &Path, read: &mut impl FnMut(&str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, read);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            read(&fs::read_to_string(&path).unwrap());
        }
    }
}

pub(super) fn of_the_sources() -> Vec<Door> {
    let mut doors = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |text| {
        for unread in UNREAD {
            assert!(!text.contains(unread), "this test does not read {unread}");
        }
        doors.extend(of_source(text));
    });
    doors
}

#[test]
fn routes_are_read_as_they_are_written() {
    let source = r#"
        Router::new()
            .route(PATH, get(start).post(decide))
            .route(
                &format!("{RESOURCE}/{{*path}}"),
                get(|State(a): State<A>, Path(b): Path<B>| async move { resource(&a, &format!("/{b}")) }),
            )
            .route("/a,b)", routing::delete(a::remove)).route("/api/{*rest}", any(answer))
    "#;
    let door = |method: &str, path: &str| (method.to_owned(), path.to_owned());
    let rest = r#""/api/{*rest}""#;
    let expected = [
        door("POST", "PATH"),
        door("DELETE", r#""/a,b)""#),
        door("POST", rest),
        door("PUT", rest),
        door("PATCH", rest),
        door("DELETE", rest),
    ];
    assert_eq!(of_source(source), expected);
}
