//! `GET /docs/api` and `GET /docs/api/{section}`.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::navigation::{self, navigation};
use super::table::{self, Object, Row, Type};
use super::text::{Piece, indented, pieces};
use super::{curl, table::kind};
use crate::openapi::header::Header;
use crate::openapi::model::{Access, Answer, Content, Operation};
use crate::openapi::refusal::{Dialect, Refusal};
use crate::openapi::serve::Docs;
use crate::pages::{Frame, PageError, Visitor};

#[derive(Template)]
#[template(path = "api_overview.html", config = ".askama.toml")]
struct OverviewTemplate<'a> {
    frame: Frame<'a>,
    url: &'a str,
    sections: Vec<SectionLine<'a>>,
    scopes: &'a [(String, String)],
    refusals: Vec<RefusalLine>,
    headers: Vec<(&'static str, Vec<Piece>)>,
}

/// A section in the overview.
struct SectionLine<'a> {
    name: String,
    path: String,
    description: Vec<Piece>,
    operations: Vec<OperationLine<'a>>,
}

struct OperationLine<'a> {
    id: &'a str,
    method: &'static str,
    path: &'a str,
    summary: &'a str,
}

struct RefusalLine {
    status: u16,
    code: &'static str,
    when: Vec<Piece>,
}

#[derive(Template)]
#[template(path = "api_section.html", config = ".askama.toml")]
struct SectionTemplate<'a> {
    frame: Frame<'a>,
    name: String,
    description: Vec<Piece>,
    operations: Vec<OperationView<'a>>,
    objects: Vec<Object>,
}

/// An operation as its page shows it.
struct OperationView<'a> {
    line: OperationLine<'a>,
    description: Vec<Piece>,
    scope: Option<&'a str>,
    access: &'static str,
    curl: String,
    parameters: Vec<Row>,
    body: Option<BodyView>,
    answers: Vec<AnswerView>,
    refusals: Vec<RefusalLine>,
}

struct BodyView {
    media_types: String,
    kind: Type,
    rows: Vec<Row>,
    example: Option<String>,
}

struct AnswerView {
    status: u16,
    description: Vec<Piece>,
    headers: Vec<&'static str>,
    media_type: &'static str,
    kind: Option<Type>,
    rows: Vec<Row>,
    example: Option<String>,
}

pub(in crate::openapi) async fn overview(State(docs): State<Arc<Docs>>, visitor: Visitor) -> Response {
    let description = &docs.reference.description;
    let words = &visitor.words;
    let sections = description.sections.iter().map(|section| SectionLine {
        name: navigation::name(section, words),
        path: navigation::path(&section.name),
        description: pieces(&section.description),
        operations: section.operations.iter().map(line).collect(),
    });
    let common = Dialect::Plain.common();
    let template = OverviewTemplate {
        frame: Frame::of(&visitor).with(navigation(description, words, None)),
        url: &description.public_url,
        sections: sections.collect(),
        scopes: &description.scopes,
        refusals: common.iter().flat_map(|answer| &answer.refusals).map(|refusal| refusal_line(refusal)).collect(),
        headers: Header::ALL.map(|header| (header.name(), pieces(header.description()))).into(),
    };
    visitor.dashboard_page(StatusCode::OK, &template)
}

pub(in crate::openapi) async fn section(
    State(docs): State<Arc<Docs>>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Response {
    let description = &docs.reference.description;
    let Some(section) = description.sections.iter().find(|section| section.name == name) else {
        return visitor.answer(Err(PageError::NotFound));
    };
    let template = SectionTemplate {
        frame: Frame::of(&visitor).with(navigation(description, &visitor.words, Some(&section.name))),
        name: navigation::name(section, &visitor.words),
        description: pieces(&section.description),
        operations: section.operations.iter().map(|operation| view(operation, &description.public_url)).collect(),
        objects: table::used(description, &section.operations).into_iter().map(table::object).collect(),
    };
    visitor.dashboard_page(StatusCode::OK, &template)
}

fn line(operation: &Operation) -> OperationLine<'_> {
    OperationLine {
        id: &operation.id,
        method: operation.method.as_str(),
        path: &operation.path,
        summary: &operation.summary,
    }
}

fn refusal_line(refusal: &Refusal) -> RefusalLine {
    RefusalLine { status: refusal.status, code: refusal.code, when: pieces(refusal.when) }
}

fn view<'a>(operation: &'a Operation, public_url: &str) -> OperationView<'a> {
    let (access, scope) = match &operation.access {
        Access::Anyone => ("api-by-anyone", None),
        Access::Client => ("api-by-client", None),
        Access::User => ("api-by-user", None),
        Access::App(scope) => ("api-by-app", Some(scope.as_str())),
    };
    let body = operation.body.as_ref().map(|body| BodyView {
        media_types: body.media_types.join(", "),
        kind: kind(&body.schema),
        rows: table::rows(&body.schema),
        example: body.examples.last().map(|example| indented(&example.json)),
    });
    let (done, refused): (Vec<&Answer>, Vec<&Answer>) =
        operation.answers.iter().partition(|answer| answer.refusals.is_empty());
    let own = refused.into_iter().flat_map(|answer| &answer.refusals).filter(|refusal| !refusal.is_common());
    OperationView {
        line: line(operation),
        description: pieces(&operation.description),
        scope,
        access,
        curl: curl::command(operation, public_url),
        parameters: operation.parameters.iter().map(table::of_parameter).collect(),
        body,
        answers: done.into_iter().map(answer_view).collect(),
        refusals: own.map(|refusal| refusal_line(refusal)).collect(),
    }
}

fn answer_view(answer: &Answer) -> AnswerView {
    let content = answer.content.first();
    let example = |content: &Content| content.examples.first().map(|example| indented(&example.json));
    AnswerView {
        status: answer.status,
        description: pieces(&answer.description),
        headers: answer.headers.iter().map(|header| header.name()).collect(),
        media_type: content.map_or("", |content| content.media_type),
        kind: content.map(|content| kind(&content.schema)),
        rows: content.map(|content| table::rows(&content.schema)).unwrap_or_default(),
        example: content.and_then(example),
    }
}
