//! `/rest/v1/oauth_apps/{id}/state` and `…/diff`: what an app could do at a moment, and what is different at another
//! (contract, section 7).

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use routix_domain::history::{self, AppHistory, AppThen, Moment, parse_time};
use routix_domain::value::Fault;
use serde_json::{Value, json};

use super::super::caller::Caller;
use super::super::{ManageError, Management};
use super::history::audited;
use super::reply;
use crate::history::{as_of, change, member};
use crate::http::{Failure, pairs};

/// `?at=TIME` or `?sequence=N`; now when neither is said.
pub(in super::super) async fn state(
    State(management): State<Arc<Management>>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ManageError> {
    let app = audited(&management, &caller, &id).await?;
    let now = management.access.system.now();
    let [at, sequence] = parameters(query.as_deref(), ["at", "sequence"])?;
    let moment = match (at, sequence) {
        (None, None) => Moment::Time(now),
        (Some(at), None) => Moment::Time(parse_time(&at).map_err(|error| fault("at", &error.to_string()))?),
        (None, Some(sequence)) => whole(&sequence)?,
        (Some(_), Some(_)) => return Err(fault("sequence", "say at or sequence, not both")),
    };
    let history = management.history.of_app(app.app_id).await?;
    let then = history.then(moment.not_after(now)).ok_or(ManageError::NothingThen)?;
    let actors: Vec<_> = then.members.iter().map(|known| &known.since.actor).collect();
    let names = management.history.actor_names(&actors, &caller.sight(&management).await?).await?;
    let members: Vec<Value> = then.members.iter().map(|known| member(known, &names)).collect();
    let mut body = heading(&then);
    body["as_of"] = as_of(&then.as_of);
    body["members"] = json!(members);
    Ok(reply::object(&body))
}

/// `?from=A&to=B`, each a time, a date or a sequence.
pub(in super::super) async fn diff(
    State(management): State<Arc<Management>>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ManageError> {
    let app = audited(&management, &caller, &id).await?;
    let [from, to] = parameters(query.as_deref(), ["from", "to"])?;
    let moments = [("from", from), ("to", to)].map(|(name, value)| {
        let value = value.ok_or_else(|| Fault::new(name, "required", "say from and to"))?;
        let moment = Moment::parse(&value);
        moment.map_err(|_| Fault::new(name, "invalid_value", "must be a sequence, a time or a date"))
    });
    let (from, to) = match moments {
        [Ok(from), Ok(to)] => (from, to),
        [from, to] => return Err(ManageError::Invalid([from.err(), to.err()].into_iter().flatten().collect())),
    };
    let history = management.history.of_app(app.app_id).await?;
    let now = management.access.system.now();
    let then =
        |moment: Moment, history: &AppHistory| history.then(moment.not_after(now)).ok_or(ManageError::NothingThen);
    let (before, after) = (then(from, &history)?, then(to, &history)?);
    let changes = history::changes(&before, &after);
    let actors: Vec<_> = changes.iter().filter_map(|change| Some(&change.since.as_ref()?.actor)).collect();
    let names = management.history.actor_names(&actors, &caller.sight(&management).await?).await?;
    let changes: Vec<Value> = changes.iter().map(|found| change(found, &names)).collect();
    let mut body = heading(&after);
    body["from"] = as_of(&before.as_of);
    body["to"] = as_of(&after.as_of);
    body["changes"] = json!(changes);
    Ok(reply::object(&body))
}

fn heading(then: &AppThen) -> Value {
    json!({"app_id": then.app_id, "organization_id": then.organization_id, "client_id": then.client_id})
}

/// The values of the parameters with these names; any other is a fault.
fn parameters<const N: usize>(query: Option<&str>, names: [&str; N]) -> Result<[Option<String>; N], ManageError> {
    let mut pairs = pairs::parse(query.unwrap_or_default().as_bytes())
        .map_err(|error| Failure::invalid_request(error.to_string()))?;
    let values = names.map(|name| pairs.remove(name));
    let offered = format!("only {} are offered", names.join(" and "));
    let unknown: Vec<_> =
        pairs.into_keys().map(|name| Fault::new(name, "unknown_parameter", offered.clone())).collect();
    if unknown.is_empty() { Ok(values) } else { Err(ManageError::Invalid(unknown)) }
}

fn whole(text: &str) -> Result<Moment, ManageError> {
    match Moment::parse(text) {
        Ok(moment @ Moment::Sequence(_)) => Ok(moment),
        Ok(Moment::Time(_) | Moment::Position(_)) | Err(_) => Err(fault("sequence", "must be a whole number")),
    }
}

fn fault(field: &str, message: &str) -> ManageError {
    ManageError::Invalid(vec![Fault::new(field, "invalid_value", message)])
}
