//! The members of a state in words.

use routix_domain::app::{ClientType, RefreshAuthentication, Status};
use routix_domain::history::{ConsentThen, Member, MemberThen, MemberValue, SecretThen};
use routix_domain::value::{BranchRestriction, RedirectUri};

use super::past::{Past, SinceView};
use super::telling::Telling;
use crate::pages::scopes::{ScopeGroup, groups};

/// A member of a state as it is shown.
pub(super) struct MemberView {
    pub(super) label: String,
    /// How it stands, in one word, where it can stand well or badly.
    pub(super) chip: Option<Chip>,
    pub(super) lines: Vec<String>,
    /// In place of lines, for what an app may do.
    pub(super) scopes: Vec<ScopeGroup>,
    pub(super) since: SinceView,
}

pub(super) struct Chip {
    pub(super) is_good: bool,
    pub(super) text: String,
}

/// A part of a state: members that belong together.
pub(super) struct Part {
    pub(super) title: String,
    pub(super) members: Vec<MemberView>,
    /// What to say when there are none.
    pub(super) none: String,
}

/// The members in the parts in which people look for them.
pub(super) fn parts(past: &Past<'_>, members: &[MemberThen]) -> Vec<Part> {
    let words = past.telling.words;
    let part = |place: Place, title: String, none: String| {
        let mut known: Vec<_> = members.iter().filter(|known| of(known.member) == place).collect();
        // Whether it works at all comes before what it could do.
        known.sort_by_key(|known| known.member != Member::Status);
        Part { title, members: known.into_iter().map(|known| view(past, known)).collect(), none }
    };
    vec![
        part(Place::Reach, words.get("history-part-reach"), String::new()),
        part(Place::Secrets, words.get("history-part-secrets"), words.get("history-no-secret")),
        part(Place::Consents, words.get("history-part-consents"), words.get("history-no-consent")),
        part(Place::Details, words.get("history-part-details"), String::new()),
    ]
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Reach,
    Secrets,
    Consents,
    Details,
}

fn of(member: Member) -> Place {
    match member {
        Member::Status | Member::AllowedScopes | Member::AllowedBranches => Place::Reach,
        Member::Secret(_) => Place::Secrets,
        Member::Consent(_) => Place::Consents,
        Member::Name
        | Member::Description
        | Member::HomepageUrl
        | Member::ClientType
        | Member::RedirectUris
        | Member::TokenLifetime
        | Member::RefreshAuthentication
        | Member::TokenEpoch
        | Member::RevokedTokens => Place::Details,
    }
}

fn view(past: &Past<'_>, known: &MemberThen) -> MemberView {
    let telling = &past.telling;
    let of_scopes = |scopes| groups(telling.words, telling.texts, scopes);
    let (chip, lines, scopes) = match &known.value {
        MemberValue::Status(status) => (Some(status_chip(telling, *status)), Vec::new(), Vec::new()),
        MemberValue::Scopes(scopes) => (None, Vec::new(), of_scopes(scopes)),
        MemberValue::Secret(secret) => (Some(secret_chip(telling, secret)), secret_times(telling, secret), Vec::new()),
        MemberValue::Consent(consent) => (None, vec![consent_place(telling, consent)], of_scopes(&consent.scopes)),
        value @ (MemberValue::Text(_)
        | MemberValue::ClientType(_)
        | MemberValue::RedirectUris(_)
        | MemberValue::Branches(_)
        | MemberValue::Lifetime(_)
        | MemberValue::RefreshAuthentication(_)
        | MemberValue::Count(_)) => (None, lines(telling, value), Vec::new()),
    };
    MemberView {
        label: label(telling, known.member, &known.value),
        chip,
        lines,
        scopes,
        since: past.since(&known.since),
    }
}

/// What a member is called; a secret and a consent by what tells them from others of their kind.
pub(super) fn label(telling: &Telling<'_>, member: Member, value: &MemberValue) -> String {
    let words = telling.words;
    match (member, value) {
        (Member::Secret(_), MemberValue::Secret(secret)) => {
            words.with("history-member-secret", &[("last4", &secret.last4)])
        }
        (Member::Consent(_), MemberValue::Consent(consent)) => {
            words.with("history-member-consent", &[("user", &telling.name(consent.user_id))])
        }
        (member, _) => words.get(key(member)),
    }
}

fn key(member: Member) -> &'static str {
    match member {
        Member::Name => "history-member-name",
        Member::Description => "history-member-description",
        Member::HomepageUrl => "history-member-homepage",
        Member::ClientType => "history-member-client-type",
        Member::RedirectUris => "history-member-redirect-uris",
        Member::AllowedScopes => "history-member-scopes",
        Member::AllowedBranches => "history-member-branches",
        Member::Status => "history-member-status",
        Member::TokenLifetime => "history-member-lifetime",
        Member::RefreshAuthentication => "history-member-refresh",
        Member::Secret(_) => "history-part-secrets",
        Member::TokenEpoch => "history-member-cut-offs",
        Member::RevokedTokens => "history-member-revoked-tokens",
        Member::Consent(_) => "history-part-consents",
    }
}

/// A value in words, line by line.
pub(super) fn lines(telling: &Telling<'_>, value: &MemberValue) -> Vec<String> {
    let words = telling.words;
    match value {
        MemberValue::Text(text) => vec![text.clone().unwrap_or_else(|| words.get("history-not-set"))],
        MemberValue::ClientType(ClientType::Confidential) => vec![words.get("history-confidential")],
        MemberValue::ClientType(ClientType::Public) => vec![words.get("history-public")],
        MemberValue::RedirectUris(uris) => uris.iter().map(RedirectUri::to_string).collect(),
        MemberValue::Scopes(scopes) => telling.scope_lines(scopes),
        MemberValue::Branches(BranchRestriction::All) => vec![words.get("history-every-branch")],
        MemberValue::Branches(BranchRestriction::Only(ids)) if ids.is_empty() => vec![words.get("history-no-branch")],
        MemberValue::Branches(BranchRestriction::Only(ids)) => ids.iter().map(|id| telling.name(*id)).collect(),
        MemberValue::Status(status) => vec![status_chip(telling, *status).text],
        MemberValue::Lifetime(lifetime) => vec![telling.lifetime(*lifetime)],
        MemberValue::RefreshAuthentication(RefreshAuthentication::WhenRotated) => {
            vec![words.get("history-refresh-when-rotated")]
        }
        MemberValue::RefreshAuthentication(RefreshAuthentication::Always) => vec![words.get("history-refresh-always")],
        MemberValue::Count(count) => vec![count.to_string()],
        MemberValue::Secret(secret) => {
            std::iter::once(secret_chip(telling, secret).text).chain(secret_times(telling, secret)).collect()
        }
        MemberValue::Consent(consent) => {
            let place = consent_place(telling, consent);
            std::iter::once(place).chain(telling.scope_lines(&consent.scopes)).collect()
        }
    }
}

fn status_chip(telling: &Telling<'_>, status: Status) -> Chip {
    match status {
        Status::Active => Chip { is_good: true, text: telling.words.get("app-active") },
        Status::Revoked => Chip { is_good: false, text: telling.words.get("app-revoked") },
    }
}

fn secret_chip(telling: &Telling<'_>, secret: &SecretThen) -> Chip {
    let key = if secret.valid { "history-secret-valid" } else { "history-secret-invalid" };
    Chip { is_good: secret.valid, text: telling.words.get(key) }
}

fn secret_times(telling: &Telling<'_>, secret: &SecretThen) -> Vec<String> {
    let (words, end) = (telling.words, secret.ends_at.map(|end| telling.words.moment(end).text));
    let key = if secret.valid { "history-secret-until" } else { "history-secret-ended" };
    end.map(|end| words.with(key, &[("moment", &end)])).into_iter().collect()
}

fn consent_place(telling: &Telling<'_>, consent: &ConsentThen) -> String {
    let (place, moment) = (telling.name(consent.organization_id), telling.words.moment(consent.granted_at).text);
    telling.words.with("history-consent-place", &[("organization", &place), ("moment", &moment)])
}
