//! What the tables of `/rest/v1` have in common: a grammar of parameters, and two forms of an answer.

use super::model::{Access, Answer, Method, Operation, Parameter};
use super::refusal::{self, Refusal};
use super::schema::{Kind, Schema};

/// How tables are read, for the description of a section.
pub(super) const MANNER: &str = "Tables are read in the manner of PostgREST: `?column=eq.VALUE` or `in.(A,B)` filters, \
    `select`, `order`, `limit` and `offset` shape the rows, and `Accept: application/vnd.pgrst.object+json` asks for the \
    one row that matches.";
/// The filters that are offered, as a pattern: whoever adds an operator adds it here and in `MANNER`.
const FILTER: &str = "^(eq\\.|in\\.\\(.*\\)$)";
const ONE_OBJECT: &str = "application/vnd.pgrst.object+json";

/// What reading a table refuses.
pub(super) const READS: [&Refusal; 5] =
    [&refusal::QUERY, &refusal::NO_USER, &refusal::APP_TOKEN, &refusal::NOT_ONE_ROW, &refusal::UNREADABLE];

/// A `GET` of a table.
pub(super) fn table(id: &str, name: &str, summary: &str) -> Operation {
    Operation::new(id, (Method::Get, &format!("/rest/v1/{name}")), summary).by(Access::User)
}

/// The parameters of a table with these columns.
pub(super) fn parameters(columns: &[(&'static str, Schema)]) -> Vec<Parameter> {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let any = names.join("|");
    let one = format!("({any})(\\.(asc|desc))?");
    let mut parameters = vec![
        select(&any),
        Parameter::query(
            "order",
            Schema::pattern(format!("^{one}(,{one})*$")).says("Columns, each with `.asc` or `.desc`."),
        ),
        Parameter::query("limit", Schema::integer(0, 1_000).or_else(1_000).says("How many rows at most.")),
        Parameter::query("offset", Schema::count(u64::MAX).or_else(0).says("How many to leave out first.")),
    ];
    parameters.extend(names.iter().map(|name| filter(name)));
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

fn filter(column: &str) -> Parameter {
    let schema =
        Schema::pattern(FILTER).says(format!("Only rows of which `{column}` is this: `eq.VALUE`, `in.(A,B)`."));
    Parameter::query(column, schema)
}

/// `200` with rows, or with the only one.
pub(super) fn rows(says: &str, schema: &str, row: &str) -> Answer {
    let list = Schema::new(Kind::List { items: Box::new(Schema::named(schema)), least: 0, most: None });
    Answer::new(200, says).json(list, format!("[{row}]")).of_type(ONE_OBJECT, Schema::named(schema), row)
}
