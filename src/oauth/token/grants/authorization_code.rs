//! The authorization code: an app gets the tokens that a user granted it (OAuth 2.1, 4.1.3; RFC 7636, 4.5).
//!
//! Everything is judged before it is asked whether the code was used, and nothing is taken from it before everything is
//! right: somebody who only has the code cannot spend it, and cannot end what its holder got for it.
//!
//! A client whose answer is lost after the code was spent cannot send it again (RFC 6749, 4.1.2): a second use looks the
//! same as a thief's. The user has to be asked again then.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use routix_domain::authorization::{Authorization, Redemption};
use routix_domain::value::{CodeChallenge, is_code_verifier};
use sha2::{Digest, Sha256};

use super::Granted;
use super::family::{self, Asked};
use crate::commands::authorizations::Presented;
use crate::http::origin::RequestOrigin;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::error::OAuthError;
use crate::oauth::request::ClientRequest;
use crate::oauth::server::OAuthServer;
use crate::oauth::values::read_code;

const REFUSED: OAuthError = OAuthError::InvalidGrant(
    "the code is unknown, expired or used, or client, redirect_uri or code_verifier do not fit it",
);

pub(in super::super) async fn grant(
    server: &OAuthServer,
    origin: &RequestOrigin,
    request: &ClientRequest,
) -> Result<Granted, OAuthError> {
    let client = server.authenticate_client(origin, request).await?;
    let code = request.required("code")?;
    let id = read_code(&server.access.keys.current(), code).ok_or(REFUSED)?;
    let redemption = redemption(server, request, &client)?;
    let asked = Asked::read(request)?;
    let is_code = |seen: &Authorization| matches!(seen, Authorization::Code { .. });
    let authorization = server.commands.authorization_as_seen(id, is_code).await?;
    let grant = authorization.grant().ok_or(REFUSED)?.clone();
    // What the client may not have at all is refused before the code is spent. Of another client's code nothing is told:
    // the command refuses it.
    if grant.app_id == client.app.app_id {
        family::check(server, (&client.moment, &client.app), (id, &grant), &asked).await?;
    }
    let by_client = server.origin(origin, &client);
    match server.commands.redeem_code(id, redemption, &by_client).await? {
        Presented::Accepted(family) => {
            server.count_use(&client.app, client.secret_generation);
            family::granted(server, &client, (id, &family), &asked).await
        }
        Presented::Refused => Err(REFUSED),
        Presented::Ended(reason) => {
            family::ended(server, origin, (&client.app, &grant), reason);
            Err(REFUSED)
        }
    }
}

fn redemption(
    server: &OAuthServer,
    request: &ClientRequest,
    client: &AuthenticatedClient,
) -> Result<Redemption, OAuthError> {
    let verifier = request.optional("code_verifier").filter(|verifier| is_code_verifier(verifier));
    let verifier = verifier
        .ok_or(OAuthError::InvalidGrant("send the code_verifier: 43 to 128 characters of A-Z a-z 0-9 - . _ ~"))?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    Ok(Redemption {
        app_id: client.app.app_id,
        secret_generation: client.secret_generation,
        redirect_uri: request.optional("redirect_uri").map(str::to_owned),
        challenge: CodeChallenge::parse(&challenge).map_err(|_| REFUSED)?,
        at: server.access.system.now(),
    })
}
