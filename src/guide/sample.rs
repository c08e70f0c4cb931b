//! What stands in an example for the reader's own values.

/// What is known of the reader. A secret is never among it.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// The address of this service, without a slash at its end.
    pub url: String,
    pub client_id: Option<String>,
    /// The public id of a branch.
    pub branch: Option<String>,
}

impl Values {
    /// The text with the variables that are known in place of their names. What is put in is not looked at again.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            filled.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            match self.value(&rest[..end]) {
                Some(value) => {
                    filled.push_str(value);
                    rest = &rest[end..];
                }
                None => filled.push('$'),
            }
        }
        filled + rest
    }

    fn value(&self, name: &str) -> Option<&str> {
        match name {
            "ROUTIX_URL" => Some(&self.url),
            "CLIENT_ID" => self.client_id.as_deref(),
            "BRANCH" => self.branch.as_deref(),
            _ => None,
        }
    }
}
