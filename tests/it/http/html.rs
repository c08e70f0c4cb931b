//! Reading our own pages: their forms and what is in them. No parser of foreign HTML.

/// A tag with its attributes, in the order in which they are written.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// The attribute's value, unescaped; an attribute without one has an empty value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The names of its attributes.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }
}

/// A form with what a browser would send if it were submitted untouched.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) action: String,
    /// Names and values of hidden and filled-in fields, of choices made and of selected options.
    pub(crate) fields: Vec<(String, String)>,
    /// The names that it can send at all, those of buttons included.
    pub(crate) names: Vec<String>,
}

/// Text as it is read: `&#60;` and `&lt;` are `<`.
pub(crate) fn unescape(text: &str) -> String {
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, rest) = part.split_once(';').unwrap_or_else(|| panic!("a bare & in {text:?}"));
        let numeric = entity.strip_prefix('#').and_then(|digits| digits.parse().ok()).and_then(char::from_u32);
        let named = || match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "nbsp" => '\u{a0}',
            _ => panic!("unknown entity {entity:?}"),
        };
        plain.push(numeric.unwrap_or_else(named));
        plain.push_str(rest);
    }
    plain
}

/// Every opening and closing tag, the latter with a `/` before its name.
pub(crate) fn tags(html: &str) -> Vec<Tag> {
    let bodies =
        html.split('<').skip(1).map(|rest| rest.split_once('>').unwrap_or_else(|| panic!("open tag: {rest}")).0);
    bodies.filter(|body| !body.starts_with('!')).map(tag).collect()
}

fn tag(body: &str) -> Tag {
    let (name, mut rest) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        if end == 0 {
            return Tag { name: name.to_ascii_lowercase(), attributes };
        }
        let attribute = rest[..end].to_owned();
        rest = &rest[end..];
        let value = rest.strip_prefix("=\"").map(|quoted| {
            let (value, after) = quoted.split_once('"').unwrap_or_else(|| panic!("open quote: {body}"));
            rest = after;
            unescape(value)
        });
        attributes.push((attribute, value.unwrap_or_default()));
    }
}

/// What stands in the text area of this name; browsers leave out a line feed at its beginning.
fn text_area(html: &str, name: &str) -> String {
    let (_, rest) = html.split_once(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no text area {name}"));
    let (_, rest) = rest.split_once('>').unwrap_or_else(|| panic!("open tag: {rest}"));
    let (text, _) = rest.split_once("</textarea>").unwrap_or_else(|| panic!("open text area: {rest}"));
    unescape(text.strip_prefix('\n').unwrap_or(text))
}

/// The forms of a page.
pub(crate) fn forms(html: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let (mut in_form, mut select) = (false, None::<String>);
    for tag in tags(html) {
        let text = |name: &str| tag.get(name).unwrap_or_default().to_owned();
        match tag.name.as_str() {
            "form" => {
                let (id, method, action) = (text("id"), text("method"), text("action"));
                forms.push(Form { id, method, action, fields: Vec::new(), names: Vec::new() });
                in_form = true;
            }
            "/form" => in_form = false,
            "input" | "button" | "textarea" | "select" if in_form && tag.get("name").is_some() => {
                let form = forms.last_mut().unwrap();
                form.names.push(text("name"));
                let choice = matches!(tag.get("type"), Some("radio" | "checkbox"));
                if tag.name == "input" && (!choice || tag.get("checked").is_some()) {
                    form.fields.push((text("name"), text("value")));
                }
                if tag.name == "textarea" {
                    form.fields.push((text("name"), text_area(html, &text("name"))));
                }
                select = (tag.name == "select").then(|| text("name"));
            }
            "option" if in_form => {
                let (form, name) = (forms.last_mut().unwrap(), select.clone().unwrap());
                let first = !form.fields.iter().any(|(found, _)| *found == name);
                if first || tag.get("selected").is_some() {
                    form.fields.retain(|(found, _)| *found != name);
                    form.fields.push((name, text("value")));
                }
            }
            _ => {}
        }
    }
    forms
}

#[test]
fn a_form_is_read_as_a_browser_would_send_it() {
    let html = r#"<!doctype html><p>x</p><form id="a" method="post" action="/b?c=d&#38;e">
        <input type="hidden" name="t" value="&#60;&quot;"><input name="mail" required>
        <input type="radio" name="o" value="1"><input type="radio" name="o" value="2" checked>
        <select name="s"><option value="x">X</option><option value="y" selected>Y</option></select>
        <button name="go" value="yes">Go</button></form><input name="outside">"#;
    let [form] = <[Form; 1]>::try_from(forms(html)).unwrap();
    assert_eq!((form.id.as_str(), form.method.as_str(), form.action.as_str()), ("a", "post", "/b?c=d&e"));
    let fields: Vec<(&str, &str)> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(fields, [("t", "<\""), ("mail", ""), ("o", "2"), ("s", "y")]);
    assert_eq!(form.names, ["t", "mail", "o", "o", "s", "go"]);
}
