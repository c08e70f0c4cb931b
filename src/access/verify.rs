//! Judging the text of a token, before anything is looked up.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Validation, decode, decode_header};

use super::claims::{AUTHENTICATED, Claims};
use super::resource::Resource;
use crate::keys::{Keys, TokenType};

/// The clocks of nodes may differ by so much before a token counts as issued in the future.
const CLOCK_SKEW_SECONDS: i64 = 30;

/// From where and for what a token must be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The `iss` of tokens that were not asked for a resource.
    pub token_issuer: &'a str,
    pub resource: &'a Resource,
}

impl Expected<'_> {
    /// The claims of a token that one of the keys signed and that has not expired; `None` for any other text. The key is
    /// the one that writes this very header, or is looked up by `kid` among our own, and each verifies its own algorithm
    /// alone; no other member of the header is believed (RFC 8725, 3.1).
    pub fn claims(self, token: &str, keys: &Keys, now: DateTime<Utc>) -> Option<Claims> {
        let claims = match keys.shared().find_map(|key| key.verify(token)) {
            Some((typ, claims)) => self.addressed(typ, serde_json::from_slice(&claims?).ok()?)?,
            None => self.decoded(token, keys)?,
        };
        let now = now.timestamp();
        let expired = claims.exp.is_some_and(|exp| exp <= now);
        let too_early = claims.iat > now + CLOCK_SKEW_SECONDS;
        // Only an app can have asked for a token without an end.
        let endless = claims.exp.is_none() && claims.oauth_client_id.is_none();
        (!expired && !too_early && !endless).then_some(claims)
    }

    /// The two forms are told apart by their type, and each is held to its own issuer and audience.
    fn addressed(self, typ: TokenType, claims: Claims) -> Option<Claims> {
        let is_ours = if typ == TokenType::Resource {
            claims.iss == self.resource.issuer() && self.resource.names().contains(&claims.aud)
        } else {
            claims.iss == self.token_issuer && claims.aud == AUTHENTICATED
        };
        is_ours.then_some(claims)
    }

    /// The claims of a token under a key with a public half, or under a header that we do not write.
    fn decoded(self, token: &str, keys: &Keys) -> Option<Claims> {
        let header = decode_header(token).ok()?;
        let key = keys.verifying(&header.kid?)?;
        let mut rules = Validation::new(key.algorithm);
        rules.set_required_spec_claims(&["aud", "iss", "sub"]);
        if header.typ.as_deref() == Some(TokenType::Resource.as_str()) {
            rules.set_audience(&self.resource.names());
            rules.set_issuer(&[self.resource.issuer()]);
        } else {
            rules.set_audience(&[AUTHENTICATED]);
            rules.set_issuer(&[self.token_issuer]);
        }
        // The expiry is judged by our own clock and without slack.
        rules.validate_exp = false;
        Some(decode::<Claims>(token, &key.decoding, &rules).ok()?.claims)
    }
}
