//! Making the demo, or finding it made. A start that was interrupted is made good by the next one.

use std::path::Path;

use routix_domain::app::{ClientType, RefreshAuthentication};
use routix_domain::organization::{OrganizationError, Role};
use routix_domain::value::{
    BranchPublicId, BranchRestriction, InvalidRedirectUri, MalformedPublicId, RedirectUri, TokenLifetime,
};
use routix_projections::{ReadError, app_list};
use uuid::Uuid;

use super::facts::Facts;
use super::records::{DemoBranch, DemoError, Size, load};
use crate::commands::organizations::OpenBranchError;
use crate::commands::register_app::{Idempotency, NewApp, RegisterAppError};
use crate::commands::users::UserError;
use crate::commands::{CommandError, Origin, digest};
use crate::proxy::Tenant;
use crate::store::identity::IdentityError;
use crate::wiring::Stores;

/// Ids of the demo are derived from names, so that every demo has the same ones.
const DEMO_IDS: Uuid = Uuid::from_u128(0x6d0c_9a1e_7f24_5e35_8b8a_52c1_90de_4b77);
const REDIRECT_URI: &str = "http://127.0.0.1:8976/callback";

struct Branch {
    public_id: &'static str,
    city: &'static str,
    size: Size,
}

struct Person {
    email: &'static str,
    name: &'static str,
    role: Role,
    /// The prefix of its names in `demo.env`.
    fact: Option<&'static str>,
}

struct Organization {
    name: &'static str,
    branches: &'static [Branch],
    /// The first one is the owner.
    people: &'static [Person],
    app: &'static str,
    app_facts: &'static str,
}

const OWN: Organization = Organization {
    name: "Van den Berg Transport",
    branches: &[
        Branch { public_id: "RS2RDH3B", city: "Rotterdam", size: Size::Large },
        Branch { public_id: "VNL7K2QX", city: "Venlo", size: Size::Medium },
    ],
    people: &[
        Person { email: "owner@vandenberg.example", name: "Ann van den Berg", role: Role::Owner, fact: Some("OWNER") },
        Person { email: "admin@vandenberg.example", name: "Bram Jansen", role: Role::Admin, fact: Some("ADMIN") },
        Person { email: "viewer@vandenberg.example", name: "Chris de Wit", role: Role::Viewer, fact: Some("VIEWER") },
    ],
    app: "My ERP Sync",
    app_facts: "",
};

const FOREIGN: Organization = Organization {
    name: "Noorderlicht Logistiek",
    branches: &[Branch { public_id: "ZWL4T9MB", city: "Zwolle", size: Size::Small }],
    people: &[Person { email: "owner@noorderlicht.example", name: "Dirk Postma", role: Role::Owner, fact: None }],
    app: "Noorderlicht BI",
    app_facts: "FOREIGN_",
};

/// Why the demo could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    #[error("cannot read demo.env")]
    Facts(#[from] std::io::Error),
    #[error(transparent)]
    User(#[from] UserError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Organization(#[from] CommandError<OrganizationError>),
    #[error(transparent)]
    Branch(#[from] OpenBranchError),
    #[error(transparent)]
    App(#[from] RegisterAppError),
    #[error(transparent)]
    Secret(#[from] CommandError<routix_domain::app::AppError>),
    #[error(transparent)]
    Records(#[from] DemoError),
    #[error(transparent)]
    PublicId(#[from] MalformedPublicId),
    #[error(transparent)]
    RedirectUri(#[from] InvalidRedirectUri),
}

/// The facts of the demo. Without `demo.env` (the first start, or one that was interrupted), or with one whose app is not in
/// these databases, everything that is missing is made, and passwords and secrets are made anew, because nobody knows the old
/// ones any more.
///
/// # Errors
/// [`PrepareError`] says what could not be made.
pub async fn prepare(folder: &Path, stores: &Stores) -> Result<Facts, PrepareError> {
    if let Some(facts) = Facts::read(folder)? {
        let app_id = facts.get("ROUTIX_APP_ID").parse().unwrap_or_default();
        if app_list::by_id(&stores.read, app_id).await?.is_some() {
            return Ok(facts);
        }
    }
    let origin = Origin::system(stores.system.ordered_id());
    let mut facts = Facts::default();
    for organization in [&OWN, &FOREIGN] {
        make(stores, organization, &mut facts, &origin).await?;
    }
    facts.set("ROUTIX_ORGANIZATION_ID", id(OWN.name));
    facts.set("ROUTIX_BRANCH", OWN.branches[0].public_id);
    facts.set("ROUTIX_OTHER_BRANCH", OWN.branches[1].public_id);
    facts.set("ROUTIX_FOREIGN_BRANCH", FOREIGN.branches[0].public_id);
    facts.set("ROUTIX_REDIRECT_URI", REDIRECT_URI);
    Ok(facts)
}

/// Whether the demo app's secret in these facts is still its current one. Whoever tries out a rotation on it makes the file
/// stale, and nobody but him knows the new secret.
///
/// # Errors
/// [`PrepareError::Read`] when the read models do not answer.
pub async fn secret_is_current(stores: &Stores, facts: &Facts) -> Result<bool, PrepareError> {
    let app_id = facts.get("ROUTIX_APP_ID").parse().unwrap_or_default();
    let app = app_list::by_id(&stores.read, app_id).await?;
    let current = app.as_ref().and_then(|app| app.secrets.current());
    Ok(current.is_some_and(|secret| secret.fingerprint.sha256 == digest(facts.get("ROUTIX_CLIENT_SECRET"))))
}

fn id(name: &str) -> Uuid {
    Uuid::new_v5(&DEMO_IDS, name.as_bytes())
}

async fn make(
    stores: &Stores,
    organization: &Organization,
    facts: &mut Facts,
    origin: &Origin,
) -> Result<(), PrepareError> {
    let organization_id = id(organization.name);
    for person in organization.people {
        let password = make_person(stores, person).await?;
        if let Some(fact) = person.fact {
            facts.set(&format!("ROUTIX_{fact}_EMAIL"), person.email);
            facts.set(&format!("ROUTIX_{fact}_PASSWORD"), password);
        }
    }
    let owner = id(organization.people[0].email);
    let name = organization.name.to_owned();
    match stores.commands.create_organization(organization_id, (name, owner), origin).await {
        Ok(()) | Err(CommandError::Rejected(OrganizationError::AlreadyCreated)) => {}
        Err(error) => return Err(error.into()),
    }
    for person in &organization.people[1..] {
        let member = (organization_id, id(person.email));
        match stores.commands.add_member(member, person.role, BranchRestriction::All, origin).await {
            Ok(()) | Err(CommandError::Rejected(OrganizationError::AlreadyAMember)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    make_branches(stores, organization, origin).await?;
    make_app(stores, organization, facts, origin).await
}

async fn make_person(stores: &Stores, person: &Person) -> Result<String, PrepareError> {
    let password = stores.users.generate_password();
    let user_id = id(person.email);
    if stores.identity.user(user_id).await?.is_some() {
        stores.users.set_password(user_id, password.clone()).await?;
    } else {
        stores.users.create(user_id, (person.email, person.name), password.clone()).await?;
    }
    Ok(password)
}

async fn make_branches(stores: &Stores, organization: &Organization, origin: &Origin) -> Result<(), PrepareError> {
    let organization_id = id(organization.name);
    let mut records = Vec::new();
    for branch in organization.branches {
        let branch_id = id(branch.public_id);
        let public_id: BranchPublicId = branch.public_id.parse()?;
        let wanted = (branch.city.to_owned(), Some(public_id));
        match stores.commands.open_branch(organization_id, branch_id, wanted, origin).await {
            Ok(_) => {}
            Err(OpenBranchError::Organization(CommandError::Rejected(OrganizationError::BranchExists))) => {}
            Err(error) => return Err(error.into()),
        }
        let tenant = Tenant::for_loading(organization_id, branch_id);
        records.push(DemoBranch { tenant, city: branch.city, size: branch.size });
    }
    Ok(load(&*stores.records, &records).await?)
}

async fn make_app(
    stores: &Stores,
    organization: &Organization,
    facts: &mut Facts,
    origin: &Origin,
) -> Result<(), PrepareError> {
    let organization_id = id(organization.name);
    let new = NewApp {
        organization_id,
        name: organization.app.to_owned(),
        description: Some("Syncs accounts and orders from Routix to our ERP".to_owned()),
        homepage_url: Some("https://myerp.example".to_owned()),
        redirect_uris: vec![RedirectUri::parse(REDIRECT_URI, false)?],
        allowed_scopes: stores.catalogue.scopes(),
        allowed_branches: BranchRestriction::All,
        token_lifetime: TokenLifetime::default(),
        client_type: ClientType::Confidential,
        refresh_authentication: RefreshAuthentication::default(),
        idempotency: Some(Idempotency {
            owner: organization_id,
            key: "demo".to_owned(),
            request_fingerprint: "demo".to_owned(),
        }),
    };
    let app = stores.commands.register_app(new, origin).await?;
    let secret = match app.secret {
        Some(secret) => secret,
        None => stores.commands.rotate_secret((app.app_id, None), 0, origin).await?,
    };
    let prefix = organization.app_facts;
    if prefix.is_empty() {
        facts.set("ROUTIX_APP_ID", app.app_id);
    }
    facts.set(&format!("ROUTIX_{prefix}CLIENT_ID"), app.app.details.client_id);
    facts.set(&format!("ROUTIX_{prefix}CLIENT_SECRET"), secret.expose());
    Ok(())
}
