//! Register an app.

use cqrs_es::Aggregate;
use routix_domain::app::{App, AppCommand, AppError, AppState, ClientType, RefreshAuthentication, Registration};
use routix_domain::value::{BranchRestriction, RedirectUri, ScopeSet, TokenLifetime};
use routix_projections::branches;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::bus::{CommandError, Commands};
use super::origin::Origin;
use super::secret::Secret;

/// The namespace of app ids that are derived from an idempotency key.
const IDEMPOTENT_APP_IDS: Uuid = Uuid::from_u128(0x8f0b_5c1d_2a7e_5b44_9d63_71ce_04aa_36f2);

/// What an administrator says about a new app.
#[derive(Clone, Debug)]
pub struct NewApp {
    pub organization_id: Uuid,
    pub name: String,
    pub description: Option<String>,
    pub homepage_url: Option<String>,
    pub redirect_uris: Vec<RedirectUri>,
    pub allowed_scopes: ScopeSet,
    pub allowed_branches: BranchRestriction,
    pub token_lifetime: TokenLifetime,
    pub client_type: ClientType,
    pub refresh_authentication: RefreshAuthentication,
    /// The caller's `Idempotency-Key`, and whose it is: the same key of another user is another key.
    pub idempotency: Option<Idempotency>,
}

#[derive(Clone, Debug)]
pub struct Idempotency {
    pub owner: Uuid,
    pub key: String,
    /// SHA-256 of the request, to tell a repetition from another request.
    pub request_fingerprint: String,
}

/// A registered app, and its secret if this call made it.
#[derive(Debug)]
pub struct RegisteredApp {
    pub app_id: Uuid,
    pub app: AppState,
    /// `None` for a public client, and for a repetition: the secret was shown once and exists nowhere any more.
    pub secret: Option<Secret>,
    pub repeated: bool,
}

/// Why an app was not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterAppError {
    #[error("the organization has no open branch {0}")]
    UnknownBranch(Uuid),
    #[error("the Idempotency-Key was used for another request")]
    KeyReused,
    #[error(transparent)]
    Command(#[from] CommandError<AppError>),
    #[error(transparent)]
    Read(#[from] routix_projections::ReadError),
}

impl Commands {
    /// Registers an app with a new client id and, for a confidential client, a new secret.
    ///
    /// # Errors
    /// [`RegisterAppError`]; without `NotVisible` inside, nothing was registered.
    pub async fn register_app(&self, new: NewApp, origin: &Origin) -> Result<RegisteredApp, RegisterAppError> {
        // With a key, the app's id is derived from it: the stream itself sees to it that one key makes one app.
        let app_id = new.idempotency.as_ref().map_or_else(|| self.system.id(), derived_id);
        self.check_branches(new.organization_id, &new.allowed_branches).await?;
        let secret = (new.client_type == ClientType::Confidential).then(|| Secret::generate(&self.system));
        let organization_id = new.organization_id;
        let request_fingerprint = new.idempotency.map(|idempotency| idempotency.request_fingerprint);
        let registration = Registration {
            organization_id,
            client_id: self.system.id(),
            client_type: new.client_type,
            name: new.name,
            description: new.description,
            homepage_url: new.homepage_url,
            redirect_uris: new.redirect_uris,
            allowed_scopes: new.allowed_scopes,
            allowed_branches: new.allowed_branches,
            token_lifetime: new.token_lifetime,
            refresh_authentication: new.refresh_authentication,
            secret: secret.as_ref().map(Secret::fingerprint),
            registered_at: self.system.now(),
            request_fingerprint: request_fingerprint.clone(),
        };
        let command = AppCommand::Register(Box::new(registration));
        match self.execute::<App>(&app_id.to_string(), command, origin).await {
            Ok(executed) => Ok(RegisteredApp { app_id, app: state(executed.aggregate)?, secret, repeated: false }),
            Err(CommandError::Rejected(AppError::AlreadyRegistered { .. })) => {
                let app = state(self.load::<App>(&app_id.to_string()).await?)?;
                repeated((organization_id, app_id), app, request_fingerprint.as_ref())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The app that an earlier request with this key registered, whatever became of its branches since.
    ///
    /// # Errors
    /// [`RegisterAppError::KeyReused`] when that was another request.
    pub async fn registered_before(
        &self,
        organization_id: Uuid,
        idempotency: &Idempotency,
    ) -> Result<Option<RegisteredApp>, RegisterAppError> {
        let app_id = derived_id(idempotency);
        match self.load::<App>(&app_id.to_string()).await? {
            App::Unregistered => Ok(None),
            App::Registered(app) => {
                repeated((organization_id, app_id), *app, Some(&idempotency.request_fingerprint)).map(Some)
            }
        }
    }

    /// Every branch that a restriction names must be an open one of the organization.
    pub(super) async fn check_branches(
        &self,
        organization_id: Uuid,
        restriction: &BranchRestriction,
    ) -> Result<(), RegisterAppError> {
        let BranchRestriction::Only(wanted) = restriction else { return Ok(()) };
        let open = branches::of_organization(&self.read, organization_id).await?;
        let is_open = |id: &Uuid| open.iter().any(|branch| branch.branch_id == *id && branch.closed_at.is_none());
        wanted.iter().find(|id| !is_open(id)).map_or(Ok(()), |id| Err(RegisterAppError::UnknownBranch(*id)))
    }
}

/// The app that a repeated request registered before. A request that names no organization means another one once its
/// sender has moved, and must not show him the app of the first.
fn repeated(
    (organization_id, app_id): (Uuid, Uuid),
    app: AppState,
    fingerprint: Option<&String>,
) -> Result<RegisteredApp, RegisterAppError> {
    let first = app.details.request_fingerprint.as_ref();
    if first.is_none() || first != fingerprint || app.details.organization_id != organization_id {
        return Err(RegisterAppError::KeyReused);
    }
    Ok(RegisteredApp { app_id, app, secret: None, repeated: true })
}

fn derived_id(idempotency: &Idempotency) -> Uuid {
    let digest = Sha256::new().chain_update(idempotency.owner).chain_update(&idempotency.key).finalize();
    Uuid::new_v5(&IDEMPOTENT_APP_IDS, &digest)
}

fn state(app: App) -> Result<AppState, CommandError<<App as Aggregate>::Error>> {
    match app {
        App::Registered(state) => Ok(*state),
        App::Unregistered => Err(CommandError::Rejected(AppError::NotRegistered)),
    }
}
