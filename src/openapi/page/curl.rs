//! An operation as a command to paste: with the examples of its parameters and its body, and tokens in variables.

use serde_json::{Map, Value};

use crate::openapi::model::{Access, Body, Method, Operation, Parameter, Place};
use crate::openapi::refusal::PAGE;

const FORM: &str = "application/x-www-form-urlencoded";
const NEXT: &str = " \\\n  ";

pub(super) fn command(operation: &Operation, public_url: &str) -> String {
    let url = url(operation, public_url);
    let answers_page = operation.answers.iter().flat_map(|answer| &answer.content).next();
    if answers_page.is_some_and(|content| content.media_type == PAGE) {
        return format!("open {}", quoted(&url));
    }
    let mut command = String::from("curl -sS ");
    if operation.method != Method::Get && !(operation.method == Method::Post && operation.body.is_some()) {
        command.push_str(&format!("-X {} ", operation.method.as_str()));
    }
    command.push_str(&quoted(&url));
    match operation.access {
        Access::Anyone | Access::Client => {}
        Access::User => header(&mut command, "Authorization: Bearer $USER_TOKEN"),
        Access::App(_) => header(&mut command, "Authorization: Bearer $TOKEN"),
    }
    for parameter in operation.parameters.iter().filter(|parameter| parameter.place == Place::Header) {
        if let Some(example) = &parameter.example {
            command.push_str(&format!("{NEXT}-H '{}: {}'", parameter.name, plain(example)));
        }
    }
    if let Some(body) = &operation.body {
        push_body(&mut command, body);
    }
    command
}

fn header(command: &mut String, line: &str) {
    command.push_str(&format!("{NEXT}-H \"{line}\""));
}

fn url(operation: &Operation, public_url: &str) -> String {
    let mut path = operation.path.clone();
    let shown = |place| {
        let of_place = move |parameter: &&Parameter| parameter.place == place;
        let example = |parameter: &Parameter| Some((parameter.name.clone(), plain(parameter.example.as_ref()?)));
        operation.parameters.iter().filter(of_place).filter_map(example).collect::<Vec<_>>()
    };
    for (name, example) in shown(Place::Path) {
        path = path.replace(&format!("{{{name}}}"), &example);
    }
    let query: Vec<String> =
        shown(Place::Query).into_iter().map(|(name, example)| format!("{name}={}", escaped(&example))).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{public_url}{path}{mark}{}", query.join("&"))
}

fn push_body(command: &mut String, body: &Body) {
    let Some(example) = body.examples.first() else { return };
    let members: Map<String, Value> = serde_json::from_str(&example.json).unwrap_or_default();
    if body.media_types.first() == Some(&FORM) {
        for (name, value) in members {
            command.push_str(&format!("{NEXT}-d {}", quoted(&format!("{name}={}", plain(&value)))));
        }
        return;
    }
    command.push_str(&format!("{NEXT}-H 'Content-Type: application/json'{NEXT}-d {}", quoted(&example.json)));
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:=~".contains(&byte));
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// A value in a query; what may stand there as it is stays readable.
fn escaped(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~:/".contains(byte);
    let escape = |byte: u8| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use crate::openapi::model::Description;
    use crate::proxy::catalogue::Catalogue;

    use super::*;

    fn of(id: &str) -> String {
        let description = Description::new(&Catalogue::built_in().unwrap(), "https://api.example.com");
        let mut operations = description.sections.iter().flat_map(|section| &section.operations);
        command(operations.find(|operation| operation.id == id).unwrap(), &description.public_url)
    }

    #[test]
    fn a_command_has_what_the_operation_needs() {
        assert_eq!(
            of("list_accounts_v1"),
            "curl -sS 'https://api.example.com/functions/v1/api/v1/RS2RDH3B/accounts?limit=5' \\\n  \
             -H \"Authorization: Bearer $TOKEN\""
        );
        assert_eq!(
            of("create_accounts_v1"),
            "curl -sS https://api.example.com/functions/v1/api/v1/RS2RDH3B/accounts \\\n  \
             -H \"Authorization: Bearer $TOKEN\" \\\n  -H 'Content-Type: application/json' \\\n  \
             -d '{\"company_name\":\"Acme Transport B.V.\"}'"
        );
        assert!(of("token_auth").contains("-d grant_type=client_credentials"));
        assert!(of("sign_out").starts_with("curl -sS -X POST https://api.example.com/auth/v1/logout"));
        assert!(
            of("authorize").starts_with("open 'https://api.example.com/auth/v1/oauth/authorize?response_type=code")
        );
    }

    #[test]
    fn a_quote_does_not_end_a_word() {
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(escaped("a b&c=d"), "a%20b%26c%3Dd");
    }
}
