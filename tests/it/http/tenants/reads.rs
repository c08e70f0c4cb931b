//! Requests that change nothing, and what must come back.

use std::fmt::Write;

use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use super::model::{Effect, KINDS_OF_RECORD, Model, Row, Shelf};
use super::sending::{Expected, Planned};
use crate::http::client::Answer;

/// Which rows of a shelf are asked for.
struct Query {
    /// A field and its value.
    filters: Vec<(usize, String)>,
    order: Option<(usize, bool)>,
    limit: usize,
    offset: usize,
}

impl Query {
    fn text(&self, kind: usize, dice: u64) -> String {
        let fields = KINDS_OF_RECORD[kind].fields;
        let mut text = format!("?limit={}&offset={}", self.limit, self.offset);
        // Writing to a String cannot fail.
        for (field, value) in &self.filters {
            write!(text, "&{}=", fields[*field]).unwrap();
            value.bytes().for_each(|byte| write!(text, "%{byte:02x}").unwrap());
        }
        match (self.order, dice) {
            (None, _) => text,
            (Some((field, true)), 0) => text + "&order=-" + fields[field],
            (Some((field, true)), _) => text + "&order=" + fields[field] + ".desc",
            (Some((field, false)), 0) => text + "&order=" + fields[field] + ".asc",
            (Some((field, false)), _) => text + "&order=" + fields[field],
        }
    }

    /// The rows that fit, in their order; of all pages.
    fn of<'a>(&self, rows: &'a [Row]) -> Vec<&'a Row> {
        let fits = |row: &&Row| self.filters.iter().all(|(field, value)| row.values[*field].as_ref() == Some(value));
        let mut found: Vec<_> = rows.iter().filter(fits).collect();
        if let Some((field, descending)) = self.order {
            found.sort_by(|a, b| a.values[field].cmp(&b.values[field]));
            if descending {
                // Equal values run backwards too: the whole order is turned round.
                found.reverse();
            }
        }
        found
    }
}

impl Model {
    pub(super) fn read(&mut self) -> Planned {
        match self.scene.dice.below(20) {
            0 => self.management(),
            1 => self.removal(),
            2..=5 => self.show(),
            _ => self.list(),
        }
    }

    /// A request of a client at a shelf, in one of the versions and path forms.
    pub(super) fn plan(&mut self, client: usize, shelf: Shelf, method: Method, rest: &str) -> Planned {
        let form = *self.scene.dice.pick(&["/functions/v1/api/v1", "/functions/v1/api/v2", "/api/v1", "/api/v2"]);
        let (branch, kind) = (&self.scene.branches[shelf.0].public_id, KINDS_OF_RECORD[shelf.1].name);
        let path = format!("{form}/{branch}/{kind}{rest}");
        let what = format!("app {client}: {method} {path}");
        let (token, expected) = (self.scene.clients[client].token.clone(), Expected::Status(200, ""));
        Planned { method, path, token, headers: Vec::new(), body: None, expected, effect: Effect::Nothing, what }
    }

    fn list(&mut self) -> Planned {
        let client = self.scene.index(self.scene.clients.len());
        let (branch, kind) = self.shelf(client);
        let query = self.query(kind);
        let text = query.text(kind, self.scene.dice.below(2));
        let planned = self.plan(client, (branch, kind), Method::GET, &text);
        let refusal = self.refusal(&self.scene.clients[client], (branch, kind), false);
        Planned { expected: refusal.unwrap_or_else(|| self.page((branch, kind), &query)), ..planned }
    }

    fn page(&self, (branch, kind): Shelf, query: &Query) -> Expected {
        let found = query.of(&self.rows[branch][kind]);
        let rows = found.iter().skip(query.offset).take(query.limit).map(|row| row.shown(kind)).collect();
        Expected::Page { rows, total: found.len() }
    }

    /// Filters by what some row has, often one of somebody else.
    fn query(&mut self, kind: usize) -> Query {
        let mut filters = Vec::new();
        for field in 0..4 {
            let branch = self.scene.index(self.rows.len());
            let row = self.scene.index(self.rows[branch][kind].len());
            if self.scene.one_in(4) {
                filters.extend(self.rows[branch][kind][row].values[field].clone().map(|value| (field, value)));
            }
        }
        let order = self.scene.one_in(2).then(|| (self.scene.index(4), self.scene.one_in(2)));
        Query { filters, order, limit: 1 + self.scene.index(40), offset: self.scene.index(60) }
    }

    /// Any row's id, and every ninth time one that no row has.
    pub(super) fn some_id(&mut self, (branch, kind): Shelf) -> Uuid {
        if self.scene.one_in(9) {
            return self.scene.dice.id();
        }
        let branch = if self.scene.one_in(2) { branch } else { self.scene.index(self.rows.len()) };
        let row = self.scene.index(self.rows[branch][kind].len());
        self.rows[branch][kind][row].id
    }

    fn show(&mut self) -> Planned {
        let client = self.scene.index(self.scene.clients.len());
        let (branch, kind) = self.shelf(client);
        let id = self.some_id((branch, kind));
        let planned = self.plan(client, (branch, kind), Method::GET, &format!("/{id}"));
        let refusal = self.refusal(&self.scene.clients[client], (branch, kind), false);
        let found = self
            .find((branch, kind), id)
            .map(|place| Expected::Record { status: 200, row: self.rows[branch][kind][place].shown(kind) });
        Planned { expected: refusal.or(found).unwrap_or(Expected::Status(404, "not_found")), ..planned }
    }

    /// The API deletes nothing: neither somebody's own record nor another's.
    fn removal(&mut self) -> Planned {
        let client = self.scene.index(self.scene.clients.len());
        let shelf = self.shelf(client);
        let id = self.some_id(shelf);
        let planned = self.plan(client, shelf, Method::DELETE, &format!("/{id}"));
        Planned { expected: Expected::Status(405, "method_not_allowed"), ..planned }
    }

    /// The page that an answer's link leads to, for one of four that have one.
    pub(super) fn next_page(&mut self, planned: &Planned, answer: &Answer) -> Option<Planned> {
        let link = answer.header("link");
        if !matches!(planned.expected, Expected::Page { .. }) || !self.scene.one_in(4) {
            return None;
        }
        let link = link.split(", ").find(|link| link.ends_with("rel=\"next\""))?;
        let url = url::Url::parse(link.split(['<', '>']).nth(1).unwrap()).unwrap();
        assert_eq!(url.path(), planned.path.split('?').next().unwrap(), "{}", planned.what);
        let path = format!("{}?{}", url.path(), url.query().unwrap());
        let mut segments = url.path().rsplit('/');
        let (kind, branch) = (segments.next().unwrap(), segments.next().unwrap());
        let kind = KINDS_OF_RECORD.iter().position(|known| known.name == kind).unwrap();
        let branch = self.scene.branches.iter().position(|known| known.public_id == branch).unwrap();
        // The cursor says nothing to others: it goes on behind the rows that were shown, and none has come since.
        let before = read_query(&url.join(&planned.path).unwrap(), kind);
        let Expected::Page { rows, .. } = &planned.expected else { return None };
        let query = Query { offset: before.offset + rows.len(), ..read_query(&url, kind) };
        let what = format!("{}, and then {path}", planned.what);
        Some(Planned { path, what, expected: self.page((branch, kind), &query), ..planned.clone() })
    }

    /// Every row there is, page by page, as the first app of its organization sees it.
    pub(super) fn everything(&mut self) -> Vec<Planned> {
        let mut all = Vec::new();
        for branch in 0..self.rows.len() {
            let organization = self.scene.branches[branch].organization;
            let client = self.scene.clients.iter().position(|client| client.organization == organization).unwrap();
            for kind in 0..KINDS_OF_RECORD.len() {
                for offset in (0..self.rows[branch][kind].len()).step_by(100) {
                    let query = Query { filters: Vec::new(), order: None, limit: 100, offset };
                    let planned = self.plan(client, (branch, kind), Method::GET, &query.text(kind, 0));
                    all.push(Planned { expected: self.page((branch, kind), &query), ..planned });
                }
            }
        }
        all
    }
}

/// What a link asks for.
fn read_query(url: &url::Url, kind: usize) -> Query {
    let mut query = Query { filters: Vec::new(), order: None, limit: 25, offset: 0 };
    let place = |name: &str| KINDS_OF_RECORD[kind].fields.iter().position(|field| *field == name).unwrap();
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "limit" => query.limit = value.parse().unwrap(),
            "offset" => query.offset = value.parse().unwrap(),
            "cursor" => {}
            "order" => {
                let descending = value.starts_with('-') || value.ends_with(".desc");
                let field = value.trim_start_matches('-').split('.').next().unwrap();
                query.order = Some((place(field), descending));
            }
            field => query.filters.push((place(field), value.into_owned())),
        }
    }
    query
}

/// Names by which an app is sorted among the rows of a table.
pub(super) fn by_text(a: &Value, b: &Value, member: &str) -> std::cmp::Ordering {
    a[member].as_str().cmp(&b[member].as_str())
}
