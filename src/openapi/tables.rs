//! What the tables of `/rest/v1` have in common: a grammar of parameters, and two forms of an answer.

use super::header::Header;
use super::model::{Access, Answer, Method, Operation, Parameter};
use super::refusal::{self, Refusal};
use super::schema::{Kind, Schema};

/// How tables are read, for the description of a section.
pub(super) const MANNER: &str = "Tables are read in the manner of PostgREST: `?column=eq.VALUE` filters, with `neq`, `gt`, \
    `gte`, `lt`, `lte`, `ilike`, `in.(A,B)`, `is.null`, and `not.` before each; `or=(a.eq.1,b.is.null)` and `and=(…)` join \
    conditions. `select`, `order`, `limit` and `offset` (or the header `Range`) shape the rows, `Prefer: count=exact` has \
    `Content-Range` say of how many, and `Accept: application/vnd.pgrst.object+json` asks for the one row that matches.";
/// What a text may be compared with, and in a group, where a comma or a bracket would end it.
const TEXT: &str = "(eq|neq|gt|gte|lt|lte)\\..*|ilike\\.[^\\\\]{0,200}";
const TEXT_IN_GROUP: &str = "(eq|neq|gt|gte|lt|lte)\\.(\"[^\"\\\\]*\"|[^\"(),\\\\]*)|ilike\\.[^\"(),\\\\]{0,30}";
/// A value in a list: in quotes, it may hold what ends one.
const VALUE: &str = "(\"[^\"\\\\]*\"|[^\"(),\\\\]*)";
/// A day of any month, so that a tester makes up none that there never was.
const DAY: &str =
    "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))";
const TIME: &str = "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z";
const ONE_OBJECT: &str = "application/vnd.pgrst.object+json";

/// What reading a table refuses.
pub(super) const READS: [&Refusal; 6] = [
    &refusal::QUERY,
    &refusal::NO_USER,
    &refusal::APP_TOKEN,
    &refusal::NOT_ONE_ROW,
    &refusal::RANGE,
    &refusal::UNREADABLE,
];

/// A `GET` of a table.
pub(super) fn table(id: &str, name: &str, summary: &str) -> Operation {
    Operation::new(id, (Method::Get, &format!("/rest/v1/{name}")), summary).by(Access::User)
}

/// The parameters of a table with these columns.
pub(super) fn parameters(columns: &[(&'static str, Schema)]) -> Vec<Parameter> {
    let names = |keep: fn(&Schema) -> bool| {
        let kept = columns.iter().filter(|(_, schema)| keep(schema)).map(|(name, _)| *name);
        kept.collect::<Vec<_>>().join("|")
    };
    let any = names(|_| true);
    let one = format!("({})(\\.(asc|desc))?(\\.nulls(first|last))?", names(|schema| !is_list(schema)));
    let mut parameters = vec![
        select(&any),
        Parameter::query(
            "order",
            Schema::pattern(format!("^{one}(,{one})*$"))
                .says("Columns, each with `.asc` or `.desc`, and `.nullsfirst` or `.nullslast`."),
        ),
        Parameter::query("limit", Schema::integer(0, 1_000).or_else(1_000).says("How many rows at most.")),
        Parameter::query("offset", Schema::count(u64::MAX).or_else(0).says("How many to leave out first.")),
    ];
    parameters.extend(columns.iter().map(|(name, schema)| filter(name, schema)));
    let condition =
        |(name, schema): &(&str, Schema)| format!("{name}\\.(not\\.)?({})", conditions(schema, TEXT_IN_GROUP));
    let condition = columns.iter().map(condition).collect::<Vec<_>>().join("|");
    let group = format!("^\\(({condition})(,({condition})){{0,9}}\\)$");
    parameters.extend(["or", "and"].map(|name| {
        let says = "Conditions of which one has to hold, or all: `(a.eq.1,b.is.null)`. Groups may stand in groups.";
        Parameter::query(name, Schema::pattern(&group).says(says))
    }));
    parameters.push(Parameter::header(
        "Range",
        Schema::text().says("Which rows, from 0 on, `0-24`, where neither `limit` nor `offset` says it."),
    ));
    parameters
}

fn select(any: &str) -> Parameter {
    let schema = Schema::pattern(format!("^(\\*?|({any})(,({any}))*)$"));
    Parameter::query("select", schema.says("The columns to show; all when left out."))
}

/// The parameters of a change to what the filters choose.
pub(super) fn changes(columns: &[(&'static str, Schema)], id: &str) -> Vec<Parameter> {
    let prefer = Schema::text().says("`return=representation` answers with the rows.");
    let mut parameters = parameters(columns);
    for parameter in parameters.iter_mut().filter(|parameter| parameter.name == "id") {
        parameter.example = Some(format!("eq.{id}").into());
    }
    parameters.push(Parameter::header("Prefer", prefer).like("return=representation"));
    parameters
}

fn is_list(schema: &Schema) -> bool {
    matches!(schema.kind, Kind::List { .. })
}

/// The conditions on a column, by what it holds: one that cannot be of it is refused.
fn conditions(schema: &Schema, text: &str) -> String {
    let compare = |value: &str| format!("(eq|neq|gt|gte|lt|lte)\\.{value}|in\\.\\({value}(,{value})*\\)|is\\.null");
    match &schema.kind {
        Kind::List { .. } => "is\\.null".to_owned(),
        Kind::Integer { .. } => compare("-?[0-9]{1,18}"),
        Kind::Text(held) if held.format == Some("date-time") => compare(&format!("20[0-9]{{2}}-{DAY}({TIME})?")),
        Kind::Text(_)
        | Kind::Any
        | Kind::Null
        | Kind::Named(_)
        | Kind::Narrowed { .. }
        | Kind::Boolean
        | Kind::Object { .. }
        | Kind::AnyOf(_) => format!("{text}|in\\.\\({VALUE}(,{VALUE})*\\)|is\\.null"),
    }
}

fn filter(column: &str, schema: &Schema) -> Parameter {
    let conditions = conditions(schema, TEXT);
    let schema = Schema::pattern(format!("^(not\\.)?({conditions})$"));
    Parameter::query(
        column,
        schema.says(format!("Only rows of which `{column}` is so: `eq.VALUE`, `in.(A,B)`, `is.null`.")),
    )
}

/// `200` with rows, or with the only one.
pub(super) fn rows(says: &str, schema: &str, row: &str) -> Answer {
    let list = Schema::new(Kind::List { items: Box::new(Schema::named(schema)), least: 0, most: None });
    Answer::new(200, says).with(&[Header::ContentRange]).json(list, format!("[{row}]")).of_type(
        ONE_OBJECT,
        Schema::named(schema),
        row,
    )
}
