//! The members of a body, taken one by one, with every fault named.

use routix_domain::app::{ClientType, RefreshAuthentication};
use routix_domain::value::{
    BranchRestriction, Fault, Faults, RedirectUri, ScopeSet, TextFault, TokenLifetime, single_line,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::http::json::{into_list, into_string, unknown_field, whole, wrong_type};

const MAX_NAME: usize = 100;
const MAX_DESCRIPTION: usize = 1_000;
const MAX_REDIRECT_URIS: usize = 50;

/// The members of a body, taken one by one; what is left at the end is unknown.
pub struct Fields {
    members: Map<String, Value>,
    pub faults: Faults,
}

impl Fields {
    pub fn new(members: Map<String, Value>) -> Self {
        Self { members, faults: Faults::default() }
    }

    /// The faults of everything that was taken, and one for every member that nobody asked for.
    pub fn finish(mut self, read_only: &[&str]) -> Faults {
        for name in self.members.keys() {
            if read_only.contains(&name.as_str()) {
                self.faults.add(name, "read_only", "cannot be set");
            } else {
                self.faults.push(unknown_field(name));
            }
        }
        self.faults
    }

    /// The member, as a string; `Some(None)` for an explicit null.
    fn nullable_string(&mut self, field: &str) -> Option<Option<String>> {
        let value = self.members.remove(field)?;
        if value.is_null() {
            return Some(None);
        }
        let text = into_string(value).map_err(|other| wrong_type(field, "a string", &other));
        self.faults.keep(text).map(Some)
    }

    /// The member, as a string; null is a fault.
    pub fn not_null(&mut self, field: &str) -> Option<String> {
        let text = self.nullable_string(field)?;
        if text.is_none() {
            self.faults.add(field, "required", "must not be null");
        }
        text
    }

    /// The member, as a string; null counts as missing.
    pub fn string(&mut self, field: &str) -> Option<String> {
        self.nullable_string(field).flatten()
    }

    fn list(&mut self, field: &str) -> Option<Vec<String>> {
        let items = into_list(self.members.remove(field)?);
        let items = self.faults.keep(items.map_err(|other| wrong_type(field, "a list of strings", &other)))?;
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let text = into_string(item).map_err(|other| wrong_type(&format!("{field}[{index}]"), "a string", &other));
            texts.extend(self.faults.keep(text));
        }
        Some(texts)
    }

    pub fn boolean(&mut self, field: &str) -> Option<bool> {
        let value = self.members.remove(field)?;
        self.faults.keep(value.as_bool().ok_or_else(|| wrong_type(field, "true or false", &value)))
    }

    /// A whole number from 0 to `max`.
    pub fn number(&mut self, field: &str, max: u32) -> Option<u32> {
        let value = self.members.remove(field)?;
        let number = whole(&value).and_then(|number| u32::try_from(number).ok()).filter(|number| *number <= max);
        if number.is_none() {
            self.faults.add(field, "out_of_range", format!("must be a whole number from 0 to {max}"));
        }
        number
    }

    pub fn uuid(&mut self, field: &str) -> Option<Uuid> {
        let text = self.not_null(field)?;
        let parsed = uuid(&text);
        if parsed.is_none() {
            self.faults.add(field, "invalid_format", "must be a UUID");
        }
        parsed
    }

    pub fn required<T>(&mut self, field: &str, value: Option<T>, was_there: bool) -> Option<T> {
        if value.is_none() && !was_there {
            self.faults.add(field, "required", "is missing");
        }
        value
    }

    /// Whether the member is there, null or not: its null is a fault of its own.
    pub fn has(&self, field: &str) -> bool {
        self.members.contains_key(field)
    }

    pub fn name(&mut self) -> Option<String> {
        let text = self.not_null("name")?;
        self.faults.keep(single_line(&text, MAX_NAME).map_err(|fault| fault.of("name")))
    }

    /// `Some(None)` clears it; an empty text is no description.
    pub fn description(&mut self) -> Option<Option<String>> {
        match self.nullable_string("description")? {
            None => Some(None),
            Some(value) => match single_line(&value, MAX_DESCRIPTION) {
                Ok(value) => Some(Some(value)),
                Err(TextFault::Empty) => Some(None),
                Err(fault) => {
                    self.faults.push(fault.of("description"));
                    None
                }
            },
        }
    }

    pub fn homepage_url(&mut self) -> Option<Option<String>> {
        match self.nullable_string("homepage_url")? {
            None => Some(None),
            Some(value) if value.is_empty() => Some(None),
            Some(value) => {
                // What is true of a redirect URI on the web is true of a homepage, which may have a fragment besides.
                let page = value.split('#').next().unwrap_or_default();
                let fits =
                    value.len() <= 2_000 && value.starts_with("https://") && RedirectUri::parse(page, false).is_ok();
                if !fits || !value.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\') {
                    self.faults.add("homepage_url", "invalid_format", "must be an https URL without a user name");
                    return None;
                }
                Some(Some(value))
            }
        }
    }

    pub fn redirect_uris(&mut self, client_type: ClientType) -> Option<Vec<RedirectUri>> {
        let before = self.faults.len();
        let texts = self.list("redirect_uris")?;
        if texts.is_empty() && self.faults.len() == before {
            self.faults.add("redirect_uris", "required", "name at least one redirect URI");
        }
        if texts.len() > MAX_REDIRECT_URIS {
            self.faults.add("redirect_uris", "too_many", format!("at most {MAX_REDIRECT_URIS} are kept"));
            return None;
        }
        let mut uris: Vec<RedirectUri> = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let parsed = RedirectUri::parse(text, client_type == ClientType::Public)
                .map_err(|fault| Fault::new(format!("redirect_uris[{index}]"), fault.code(), fault.to_string()));
            uris.extend(self.faults.keep(parsed).filter(|uri| !uris.contains(uri)));
        }
        Some(uris)
    }

    pub fn allowed_scopes(&mut self, known: &ScopeSet) -> Option<ScopeSet> {
        let texts = self.list("allowed_scopes")?;
        match ScopeSet::parse_list("allowed_scopes", &texts, known) {
            Ok(scopes) => Some(scopes),
            Err(faults) => {
                faults.into_iter().for_each(|fault| self.faults.push(fault));
                None
            }
        }
    }

    /// An empty list, or null, is no restriction. With `open`, each must be one of those.
    pub fn allowed_branches(&mut self, open: Option<&[Uuid]>) -> Option<BranchRestriction> {
        if self.members.get("allowed_branch_ids").is_some_and(Value::is_null) {
            self.members.remove("allowed_branch_ids");
            return Some(BranchRestriction::All);
        }
        let texts = self.list("allowed_branch_ids")?;
        let mut ids = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let mut refuse = |code, message| self.faults.add(format!("allowed_branch_ids[{index}]"), code, message);
            match uuid(text) {
                Some(id) if open.is_none_or(|open| open.contains(&id)) => ids.push(id),
                Some(_) => refuse("unknown_branch", "the organization has no such open branch"),
                None => refuse("invalid_format", "must be a UUID"),
            }
        }
        // A list of faulty ids only must not turn into "every branch"; the faults refuse it anyway.
        (ids.len() == texts.len()).then(|| BranchRestriction::from_list(ids))
    }

    pub fn token_lifetime(&mut self) -> Option<TokenLifetime> {
        let text = self.string("token_lifetime")?;
        let parsed: Result<TokenLifetime, _> = text.parse();
        self.faults.keep(parsed.map_err(|fault| Fault::new("token_lifetime", "invalid_value", fault.to_string())))
    }

    pub fn client_type(&mut self) -> Option<ClientType> {
        match self.string("client_type")?.as_str() {
            "confidential" => Some(ClientType::Confidential),
            "public" => Some(ClientType::Public),
            _ => {
                self.faults.add("client_type", "invalid_value", "must be confidential or public");
                None
            }
        }
    }

    pub fn refresh_authentication(&mut self) -> Option<RefreshAuthentication> {
        match self.string("refresh_authentication")?.as_str() {
            "when_rotated" => Some(RefreshAuthentication::WhenRotated),
            "always" => Some(RefreshAuthentication::Always),
            _ => {
                self.faults.add("refresh_authentication", "invalid_value", "must be when_rotated or always");
                None
            }
        }
    }
}

/// A UUID in its plain form only: other spellings would be other ids to a reader.
pub fn uuid(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| text.parse().ok()).flatten()
}
