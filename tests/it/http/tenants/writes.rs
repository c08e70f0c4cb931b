//! Requests that make and change records, and what must come back.

use reqwest::Method;
use serde_json::{Value, json};

use super::model::{ACCOUNTS, Effect, INVOICES, KINDS_OF_RECORD, Model, Shelf, Values, shown};
use super::sending::{Expected, Planned};

const UNREADABLE: Expected = Expected::Status(400, "invalid_request");

impl Model {
    /// Writes that do not depend on each other: no two of them to one shelf.
    pub(super) fn writes(&mut self, number: usize) -> Vec<Planned> {
        let (mut planned, mut touched): (Vec<Planned>, Vec<Shelf>) = (Vec::new(), Vec::new());
        while planned.len() < number {
            let client = self.scene.index(self.scene.clients.len());
            let shelf = self.shelf(client);
            // An invoice is judged by the accounts of its branch.
            if touched.iter().any(|(branch, _)| *branch == shelf.0) {
                continue;
            }
            touched.push(shelf);
            planned.push(if self.scene.one_in(4) { self.create(client, shelf) } else { self.change(client, shelf) });
        }
        planned
    }

    fn create(&mut self, client: usize, shelf: Shelf) -> Planned {
        let values = self.values_or_those_of_a_neighbour(shelf);
        let (mut body, moves) = (shown(None, &values, shelf.1), self.scene.one_in(6));
        body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        self.name_another_tenant(&mut body, moves);
        let planned = self.plan(client, shelf, Method::POST, "");
        let refusal = self.refusal(&self.scene.clients[client], shelf, true);
        let refusal = refusal.or(moves.then_some(UNREADABLE)).or_else(|| self.unfit(shelf, &values, None));
        let made = Expected::Record { status: 201, row: shown(None, &values, shelf.1) };
        let effect = if refusal.is_none() { Effect::Made(shelf, values) } else { Effect::Nothing };
        let what = format!("{} {body}", planned.what);
        Planned { body: Some(body), expected: refusal.unwrap_or(made), effect, what, ..planned }
    }

    fn change(&mut self, client: usize, shelf: Shelf) -> Planned {
        let id = self.some_id(shelf);
        let (field, moves) = (self.scene.index(4), self.scene.one_in(6));
        let wanted = self.values_or_those_of_a_neighbour(shelf)[field].clone();
        let mut body = json!({KINDS_OF_RECORD[shelf.1].fields[field]: wanted});
        self.name_another_tenant(&mut body, moves);
        let mut planned = self.plan(client, shelf, Method::PATCH, &format!("/{id}"));
        planned.what = format!("{} {body}", planned.what);
        planned.body = Some(body);
        let refusal = self.refusal(&self.scene.clients[client], shelf, true);
        let Some(place) = self.find(shelf, id) else {
            planned.expected = refusal.unwrap_or(Expected::Status(404, "not_found"));
            return planned;
        };
        let row = &self.rows[shelf.0][shelf.1][place];
        let (version, mut values) = (row.version, row.values.clone());
        values[field] = wanted;
        let holds = self.condition(&mut planned, version);
        let refusal = refusal.or(moves.then_some(UNREADABLE));
        let mut asked = Values::default();
        asked[field].clone_from(&values[field]);
        // What is named is looked for before the version is compared, and what is unique after it.
        let refusal = refusal.or_else(|| self.unknown_account(shelf, &asked));
        let refusal = refusal.or((!holds).then_some(Expected::Status(412, "precondition_failed")));
        let refusal = refusal.or_else(|| self.unfit(shelf, &asked, Some(place)));
        match refusal {
            Some(refusal) => planned.expected = refusal,
            None => {
                planned.expected = Expected::Record { status: 200, row: shown(Some(id), &values, shelf.1) };
                planned.effect = Effect::Changed(shelf, place, values);
            }
        }
        planned
    }

    /// Values of another branch too: its accounts and its numbers are none of this one.
    fn values_or_those_of_a_neighbour(&mut self, (branch, kind): Shelf) -> Values {
        let from = if self.scene.one_in(3) { self.scene.index(self.rows.len()) } else { branch };
        self.values((from, kind))
    }

    /// Every tenth change says which version it means, and half of these mean another one.
    fn condition(&mut self, planned: &mut Planned, version: u64) -> bool {
        if !self.scene.one_in(10) {
            return true;
        }
        let holds = self.scene.one_in(2);
        planned.headers.push(("if-match", format!("\"{}\"", if holds { version } else { version + 1 })));
        holds
    }

    fn name_another_tenant(&mut self, body: &mut Value, moves: bool) {
        if moves {
            let branch = self.scene.index(self.rows.len());
            let branch = &self.scene.branches[branch];
            body["branch_id"] = json!(branch.id);
            body["organization_id"] = json!(self.scene.organizations[branch.organization].id);
        }
    }

    /// Why values cannot stand in a shelf.
    fn unfit(&self, shelf: Shelf, values: &Values, except: Option<usize>) -> Option<Expected> {
        let is_taken = |(place, row): (usize, &super::model::Row)| Some(place) != except && row.values[0] == values[0];
        let mut rows = self.rows[shelf.0][shelf.1].iter().enumerate();
        let taken = shelf.1 == INVOICES && values[0].is_some() && rows.any(is_taken);
        self.unknown_account(shelf, values).or(taken.then_some(Expected::Status(409, "conflict")))
    }

    fn unknown_account(&self, (branch, kind): Shelf, values: &Values) -> Option<Expected> {
        let id = values[1].as_deref().filter(|_| kind == INVOICES)?;
        let found = self.find((branch, ACCOUNTS), id.parse().unwrap());
        found.is_none().then_some(UNREADABLE)
    }
}
