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

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use jsonwebtoken::{Header, encode};
    use uuid::Uuid;

    use super::*;
    use crate::keys::{Algorithm, KeyRing, Origin};
    use crate::system::System;

    const ISSUER: &str = "supabase";
    const ELSEWHERE: &str = "https://elsewhere.example";
    const NOW: i64 = 1_800_000_000;

    /// Whether claims under a header are believed, signed with the newest key.
    fn is_believed(keys: &Keys, header: Header, claims: &Claims) -> bool {
        let key = keys.signing_at(DateTime::<Utc>::MAX_UTC).unwrap();
        let header = Header { kid: Some(key.kid.clone()), alg: key.algorithm, ..header };
        let mut ours = [TokenType::Plain, TokenType::Resource].into_iter();
        let ours = ours.find(|typ| header.cty.is_none() && header.typ.as_deref() == Some(typ.as_str()));
        let token = match (&key.shared, ours) {
            // Byte for byte the header that we write, which is judged without reading it.
            (Some(shared), Some(typ)) => shared.sign(typ, &serde_json::to_vec(claims).unwrap()),
            _ => encode(&header, claims, &key.encoding).unwrap(),
        };
        let resource = Resource::new("https://api.example");
        let expected = Expected { token_issuer: ISSUER, resource: &resource };
        let read = expected.claims(&token, keys, DateTime::from_timestamp(NOW, 0).unwrap());
        assert!(read.as_ref().is_none_or(|read| read == claims));
        read.is_some()
    }

    fn keys_of(algorithm: Algorithm) -> Keys {
        let folder = tempfile::tempdir().unwrap();
        let key = KeyRing::draft_of(folder.path(), &System::real(), Some(Origin::Production), algorithm).unwrap();
        key.write(folder.path()).unwrap();
        KeyRing::open(folder.path()).unwrap().current().as_ref().clone()
    }

    /// Of an app, good for an hour.
    fn claims(iss: &str, aud: &str) -> Claims {
        let (iss, aud) = (iss.to_owned(), aud.to_owned());
        Claims { iss, aud, iat: NOW, exp: Some(NOW + 3_600), oauth_client_id: Some(Uuid::nil()), ..Claims::default() }
    }

    /// `cty` makes it a header that no key of ours writes, so that both ways of reading one are asked.
    #[test]
    fn each_form_of_token_is_held_to_its_own_issuer_and_audience_whatever_signs_it() {
        let resource = Resource::new("https://api.example");
        let [service, api] = resource.names();
        for algorithm in [Algorithm::Hs256, Algorithm::EdDsa, Algorithm::Es256] {
            let keys = keys_of(algorithm);
            for (typ, cty) in ["JWT", "at+jwt"].into_iter().flat_map(|typ| [(typ, None), (typ, Some("JWT".to_owned()))])
            {
                let header = Header { typ: Some(typ.to_owned()), cty, ..Header::default() };
                for iss in [ISSUER, resource.issuer(), ELSEWHERE] {
                    for aud in [AUTHENTICATED, &service, &api, ELSEWHERE] {
                        let is_right = match typ {
                            "JWT" => (iss, aud) == (ISSUER, AUTHENTICATED),
                            _ => iss == resource.issuer() && [&service, &api].contains(&&aud.to_owned()),
                        };
                        let believed = is_believed(&keys, header.clone(), &claims(iss, aud));
                        assert_eq!(believed, is_right, "{algorithm:?} {header:?} {iss} {aud}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_token_is_good_from_its_issue_to_its_end_and_only_an_apps_has_none() {
        let keys = keys_of(Algorithm::Hs256);
        let app = claims(ISSUER, AUTHENTICATED);
        let person = Claims { oauth_client_id: None, ..app.clone() };
        for (claims, iat, exp, is_good) in [
            (&app, NOW + CLOCK_SKEW_SECONDS, Some(NOW + 60), true),
            (&app, NOW + CLOCK_SKEW_SECONDS + 1, Some(NOW + 60), false),
            (&app, NOW, Some(NOW + 1), true),
            (&app, NOW, Some(NOW), false),
            (&app, NOW, None, true),
            (&person, NOW, Some(NOW + 1), true),
            (&person, NOW, Some(NOW), false),
            (&person, NOW, None, false),
        ] {
            let claims = Claims { iat, exp, ..claims.clone() };
            assert_eq!(is_believed(&keys, Header::default(), &claims), is_good, "{claims:?}");
        }
    }
}
