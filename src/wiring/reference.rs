//! The catalogue, as the dashboard describes it to integrators.

use routix_domain::value::Action;

use crate::dashboard::{ReferenceField, ReferenceResource};
use crate::proxy::catalogue::{ApiVersion, Catalogue, Field, Resource};

pub(super) fn reference(catalogue: &Catalogue) -> Vec<ReferenceResource> {
    catalogue.resources().iter().map(|found| resource(found)).collect()
}

fn resource(resource: &Resource) -> ReferenceResource {
    ReferenceResource {
        name: resource.name.as_str().to_owned(),
        description: resource.description.clone(),
        read_scope: resource.scope(Action::Read).to_string(),
        write_scope: resource.is_writable().then(|| resource.scope(Action::Write).to_string()),
        fields: resource.fields(ApiVersion::V2).iter().map(|field| self::field(resource, field)).collect(),
    }
}

fn field(resource: &Resource, field: &Field) -> ReferenceField {
    ReferenceField {
        name: field.name.as_str().to_owned(),
        description: field.description.clone(),
        kind: field.value.kind.as_str(),
        values: field.value.values.clone(),
        since: field.since.as_str(),
        required: field.required,
        filterable: field.filterable,
        writable: resource.is_writable() && field.writable,
    }
}
