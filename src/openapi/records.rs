//! The API proxy: every resource of the catalogue, in every version.

use routix_domain::value::Action;
use serde_json::json;

use super::fields;
use super::header::Header;
use super::model::{Access, Answer, Method, Operation, Parameter, Section};
use super::refusal::{self, Dialect, Refusal};
use super::schema::{Member, Schema};
use crate::proxy::LARGEST_OFFSET;
use crate::proxy::catalogue::{ApiVersion, Catalogue, Field, Purpose, Resource};

const JSON: &[&str] = &["application/json"];
const BRANCH: &str = "RS2RDH3B";
pub(super) const RECORD: &str = "550e8400-e29b-41d4-a716-446655440000";
const BASE: &str = "/functions/v1/api";

/// What every operation refuses, in the order of the checks.
const ALWAYS: [&Refusal; 7] = [
    &refusal::NO_APP_TOKEN,
    &refusal::USER_TOKEN,
    &refusal::NO_SCOPE,
    &refusal::NO_BRANCH,
    &refusal::OTHER_BRANCH,
    &refusal::TOO_MANY_REQUESTS,
    &refusal::UNREADABLE,
];
const LIMITS: [Header; 2] = [Header::RateLimit, Header::RateLimitPolicy];

/// A section a resource.
pub(super) fn sections(catalogue: &Catalogue) -> Vec<Section> {
    catalogue.resources().iter().map(|resource| section(resource)).collect()
}

fn section(resource: &Resource) -> Section {
    let mut operations = Vec::new();
    for version in ApiVersion::ALL {
        operations.extend([list(resource, version), show(resource, version)]);
        if resource.is_writable() {
            operations.extend([create(resource, version), change(resource, version)]);
        }
    }
    let fixed = "The fields of `v1` stay as they are for ever; `v2` has all of them and may get more.";
    let description = format!(
        "{} {fixed} The same is at `/api/…`: the path without `/functions/v1` names the same records.",
        resource.description
    );
    Section { name: resource.name.to_string(), description, operations }
}

/// The schemas of a resource: of a record, of a page of them, and of what is written.
pub(super) fn schemas(catalogue: &Catalogue) -> Vec<(String, Schema)> {
    let mut schemas = vec![(
        "Pagination".to_owned(),
        Schema::object(vec![
            Member::required("limit", Schema::integer(1, 100)),
            Member::required("offset", Schema::integer(0, i64::MAX)),
            Member::required("total", Schema::integer(0, i64::MAX).says("How many records match.")),
            Member::optional(
                "next",
                Schema::text().says("The `cursor` of the next page; left out behind the last one."),
            ),
        ])
        .says("Where a page is."),
    )];
    for resource in catalogue.resources() {
        for version in ApiVersion::ALL {
            schemas.extend(schemas_of(resource, version));
        }
    }
    schemas
}

fn schemas_of(resource: &Resource, version: ApiVersion) -> Vec<(String, Schema)> {
    let name = |end: &str| schema_name(resource, version, end);
    let version_member = || Member::required("version", Schema::one_of([version.as_str()]));
    let record = resource.fields(version).iter().map(fields::answered).collect();
    let one = vec![Member::required("data", Schema::named(name(""))), version_member()];
    let page = vec![
        Member::required("data", Schema::list(Schema::named(name("")))),
        Member::required("pagination", Schema::named("Pagination")),
        version_member(),
    ];
    let mut schemas = vec![
        (name(""), Schema::object(record).says(&resource.description)),
        (name("Answer"), Schema::object(one)),
        (name("Page"), Schema::object(page)),
    ];
    if resource.is_writable() {
        for (end, purpose) in [("New", Purpose::Create), ("Change", Purpose::Change)] {
            let members = writable(resource, version).map(|field| fields::written(field, purpose)).collect();
            schemas.push((name(end), Schema::object(members)));
        }
    }
    schemas
}

fn writable(resource: &Resource, version: ApiVersion) -> impl Iterator<Item = &Field> {
    resource.fields(version).iter().filter(|field| field.writable && !field.is_system())
}

/// `OrderLinesV1Page` of `order_lines`.
fn schema_name(resource: &Resource, version: ApiVersion, end: &str) -> String {
    let mut name = String::new();
    for part in resource.name.as_str().split('_').filter(|part| !part.is_empty()) {
        let (first, rest) = part.split_at(1);
        name.push_str(&first.to_ascii_uppercase());
        name.push_str(rest);
    }
    format!("{name}{}{end}", version.as_str().to_ascii_uppercase())
}

fn operation(
    resource: &Resource,
    version: ApiVersion,
    (verb, method, end): (&str, Method, &str),
    summary: &str,
) -> Operation {
    let path = format!("{BASE}/{}/{{branch}}/{}{end}", version.as_str(), resource.name);
    let action = match method {
        Method::Get => Action::Read,
        Method::Post | Method::Patch | Method::Delete => Action::Write,
    };
    let branch = Schema::pattern("^[A-Z0-9]{8}$").says("The public id of a branch of the token's organization.");
    let summary = format!("{summary} ({})", version.as_str());
    Operation::new(format!("{verb}_{}_{}", resource.name, version.as_str()), (method, &path), summary)
        .by(Access::App(resource.scope(action).to_string()))
        .takes([Parameter::path("branch", branch, BRANCH)])
}

fn id() -> Parameter {
    Parameter::path("id", Schema::uuid().says("The id of the record."), RECORD)
}

fn idempotency_key() -> Parameter {
    let schema = Schema::pattern("^([!#-\\[\\]-~]{1,255}|\"[!#-\\[\\]-~]{1,255}\")$");
    let says = "Makes a repetition harmless: the same key with the same body gets the first answer again, for 24 hours. \
                1 to 255 visible characters, bare or in quotes.";
    Parameter::header("Idempotency-Key", schema.says(says))
}

fn list(resource: &Resource, version: ApiVersion) -> Operation {
    let limit = Schema::integer(1, 100).or_else(25).says("How many records at most.");
    let offset =
        Schema::integer(0, LARGEST_OFFSET.into()).or_else(0).says("How many to leave out first; `cursor` goes deeper.");
    let cursor = Schema::text().says(
        "Where to go on: `next` of the page before, as it was given, with the same filters and the same `order`. Not together \
         with `offset`.",
    );
    let sortable: Vec<String> = resource
        .fields(version)
        .iter()
        .filter(|field| field.value.kind.is_comparable())
        .flat_map(|field| ["", "-"].map(|sign| format!("{sign}{}", field.name)).into_iter().chain(suffixed(field)))
        .collect();
    let order = Schema::one_of(sortable).says(
        "`field` or `field.asc`, `-field` or `field.desc`. Left out, records come in the order in which they were made.",
    );
    let parameters = [
        Parameter::query("limit", limit).like(5),
        Parameter::query("offset", offset),
        Parameter::query("cursor", cursor),
        Parameter::query("order", order),
    ];
    let filters = resource.fields(version).iter().filter(|field| field.filterable).map(filter);
    let example = format!(
        "{{\"data\":[{}],\"pagination\":{{\"limit\":5,\"offset\":0,\"total\":1}},\"version\":\"{}\"}}",
        fields::example(resource.fields(version)),
        version.as_str()
    );
    let page = Answer::new(200, "A page of records, and how many there are.")
        .with(&[Header::Link])
        .with(&LIMITS)
        .json(Schema::named(schema_name(resource, version, "Page")), example);
    operation(resource, version, ("list", Method::Get, ""), &format!("List {}", resource.name))
        .says("Filters are equality. An unknown parameter is refused, so that a typing error never gives rows unfiltered.")
        .takes(parameters.into_iter().chain(filters))
        .answers(page)
        .refuses(Dialect::Plain, &[&ALWAYS[..], &[&refusal::LIST_QUERY]].concat())
}

fn suffixed(field: &Field) -> [String; 2] {
    [format!("{}.asc", field.name), format!("{}.desc", field.name)]
}

fn filter(field: &Field) -> Parameter {
    let schema = fields::filter(field).says(format!("Only records of which `{}` is this.", field.name));
    Parameter::query(field.name.as_str(), schema)
}

fn show(resource: &Resource, version: ApiVersion) -> Operation {
    let known = Schema::text().says("An `ETag`: `304` without a body while the record is still that.");
    let unchanged =
        Answer::new(304, "The record is still as `If-None-Match` says.").with(&[Header::ETag]).with(&LIMITS);
    operation(resource, version, ("show", Method::Get, "/{id}"), &format!("Read a record of {}", resource.name))
        .takes([id(), Parameter::header("If-None-Match", known)])
        .answers(record(resource, version, (200, "The record.")))
        .answers(unchanged)
        .refuses(Dialect::Plain, &[&ALWAYS[..], &[&refusal::NO_RECORD]].concat())
}

fn record(resource: &Resource, version: ApiVersion, (status, says): (u16, &str)) -> Answer {
    let object = fields::example(resource.fields(version));
    let example = format!("{{\"data\":{object},\"version\":\"{}\"}}", version.as_str());
    Answer::new(status, says)
        .with(&[Header::ETag])
        .with(&LIMITS)
        .json(Schema::named(schema_name(resource, version, "Answer")), example)
}

fn create(resource: &Resource, version: ApiVersion) -> Operation {
    let created = record(resource, version, (201, "The new record."));
    let required: Vec<&Field> = writable(resource, version).filter(|field| field.required).collect();
    let least = fields::example(required);
    let most = fields::example(writable(resource, version));
    operation(resource, version, ("create", Method::Post, ""), &format!("Create a record of {}", resource.name))
        .takes([idempotency_key()])
        .body(JSON, Schema::named(schema_name(resource, version, "New")), &[("least", &least), ("all", &most)])
        .answers(created.with(&[Header::Location, Header::IdempotencyReplayed]))
        .refuses(Dialect::Plain, &[&ALWAYS[..], &WRITES[..], &[&refusal::TAKEN]].concat())
}

const WRITES: [&Refusal; 4] = [
    &refusal::RECORD_FIELDS,
    &refusal::PAYLOAD_TOO_LARGE,
    &refusal::UNSUPPORTED_MEDIA_TYPE,
    &refusal::RECORD_KEY_REUSED,
];

fn change(resource: &Resource, version: ApiVersion) -> Operation {
    let tag = Schema::pattern("^(\\*|\"[0-9]+\")$");
    let tag = tag.says("The `ETag` of the record, or `*`: nothing changes when the record is not that any more.");
    let field = writable(resource, version).next().map(|field| fields::example([field])).unwrap_or_default();
    let more = [&refusal::NO_RECORD, &refusal::TAKEN, &refusal::CHANGED_SINCE];
    operation(resource, version, ("change", Method::Patch, "/{id}"), &format!("Change a record of {}", resource.name))
        .says("Only the members that are named change.")
        .takes([id(), Parameter::header("If-Match", tag).like(json!("\"1\"")), idempotency_key()])
        .body(JSON, Schema::named(schema_name(resource, version, "Change")), &[("one_field", &field)])
        .answers(record(resource, version, (200, "The record as it is now.")).with(&[Header::IdempotencyReplayed]))
        .refuses(Dialect::Plain, &[&ALWAYS[..], &WRITES[..], &more[..]].concat())
}
