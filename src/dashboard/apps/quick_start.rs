//! The first calls with an app, ready to paste into a shell.

use routix_domain::value::Action;
use routix_projections::app_list::AppRow;
use routix_projections::branches::BranchRow;

/// Commands for a shell, with this app's client id and a branch that it reaches. The secret is a variable: it is known to
/// whoever stored it and to nobody here.
pub(super) struct QuickStart {
    pub(super) token: Option<String>,
    pub(super) call: Option<String>,
    pub(super) introspect: Option<String>,
    /// For a public client: where it sends the user.
    pub(super) authorize: Option<String>,
}

impl QuickStart {
    pub(super) fn of(url: &str, app: &AppRow, branches: &[BranchRow]) -> Self {
        let client_id = app.client_id;
        if app.secrets.current().is_none() {
            let redirect_uri = app.redirect_uris.first().map(|uri| encoded(uri.as_str())).unwrap_or_default();
            let scope = encoded(&app.allowed_scopes.to_string());
            return Self {
                token: None,
                call: None,
                introspect: None,
                authorize: Some(format!(
                    "{url}/auth/v1/oauth/authorize?response_type=code&client_id={client_id}&redirect_uri={redirect_uri}\
                     &scope={scope}&state=STATE&code_challenge=CHALLENGE&code_challenge_method=S256"
                )),
            };
        }
        let reached = |branch: &&BranchRow| branch.closed_at.is_none() && app.allowed_branches.allows(branch.branch_id);
        let branch = branches.iter().find(reached);
        let readable = app.allowed_scopes.iter().find(|scope| scope.action() == Action::Read);
        let call = branch.zip(readable).map(|(branch, scope)| {
            let (branch, resource) = (&branch.public_id, scope.resource());
            format!(
                "curl -sS \"{url}/functions/v1/api/v1/{branch}/{resource}?limit=5\" \\\n  \
                 -H \"Authorization: Bearer $TOKEN\""
            )
        });
        Self {
            token: Some(format!(
                "TOKEN=$(curl -sS {url}/functions/v1/oauth-token \\\n  -d grant_type=client_credentials \\\n  \
                 -d client_id={client_id} \\\n  -d client_secret=\"$ROUTIX_CLIENT_SECRET\" \\\n  \
                 | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')"
            )),
            call,
            introspect: Some(format!(
                "curl -sS {url}/auth/v1/oauth/introspect \\\n  -u \"{client_id}:$ROUTIX_CLIENT_SECRET\" \\\n  \
                 -d token=\"$TOKEN\""
            )),
            authorize: None,
        }
    }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
