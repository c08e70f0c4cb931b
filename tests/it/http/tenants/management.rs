//! The doors of the people: whose apps and branches they show, and whose apps they change.

use reqwest::Method;
use serde_json::{Value, json};

use super::model::{Effect, Model};
use super::reads::by_text;
use super::scene::{Client, EVERY_SCOPE, names};
use super::sending::{Expected, Planned};
use crate::http::app::APPS;

const BRANCHES: &str = "/rest/v1/branches";

fn shown(client: &Client) -> Value {
    json!({"id": client.id, "name": client.name, "description": client.description})
}

impl Model {
    /// A request of the person who owns an organization.
    fn of_owner(&self, owner: usize, method: Method, path: String) -> Planned {
        let token = self.scene.organizations[owner].owner.clone();
        let (what, expected) = (format!("owner {owner}: {method} {path}"), Expected::Status(200, ""));
        let headers = vec![("prefer", "count=exact".to_owned())];
        Planned { method, path, token, headers, body: None, expected, effect: Effect::Nothing, what }
    }

    pub(super) fn management(&mut self) -> Planned {
        let owner = self.scene.index(self.scene.organizations.len());
        match self.scene.dice.below(4) {
            0 => self.past(owner),
            1 => self.branches(owner),
            _ => self.apps(owner),
        }
    }

    /// History, state and differences of an app, often of somebody else's.
    fn past(&mut self, owner: usize) -> Planned {
        let client = self.scene.index(self.scene.clients.len());
        let view = *self.scene.dice.pick(&["events?limit=3", "state?sequence=1", "diff?from=1&to=1"]);
        let client = &self.scene.clients[client];
        let planned = self.of_owner(owner, Method::GET, format!("{APPS}/{}/{view}", client.id));
        let own = client.organization == owner;
        Planned {
            expected: if own { Expected::Status(200, "") } else { Expected::Status(404, "not_found") },
            ..planned
        }
    }

    fn branches(&mut self, owner: usize) -> Planned {
        let named = self.scene.index(self.scene.branches.len());
        let filter = if self.scene.one_in(2) {
            format!("&public_id=eq.{}", self.scene.branches[named].public_id)
        } else {
            String::new()
        };
        let own = self.scene.branches.iter().enumerate().filter(|(_, branch)| branch.organization == owner);
        let seen = own.filter(|(place, _)| filter.is_empty() || *place == named);
        let mut rows: Vec<Value> =
            seen.map(|(_, branch)| json!({"id": branch.id, "public_id": branch.public_id})).collect();
        rows.sort_by(|a, b| by_text(a, b, "public_id"));
        let planned =
            self.of_owner(owner, Method::GET, format!("{BRANCHES}?select=id,public_id&order=public_id{filter}"));
        Planned { expected: Expected::Table { total: rows.len(), rows }, ..planned }
    }

    fn apps(&mut self, owner: usize) -> Planned {
        let named = self.scene.index(self.scene.clients.len());
        let other = self.scene.index(self.scene.organizations.len());
        let (limit, offset) = (1 + self.scene.index(9), self.scene.index(4));
        let (descending, filter) = (self.scene.one_in(2), self.scene.dice.below(5));
        let (name, id) = (self.scene.clients[named].name.clone(), self.scene.clients[named].id.clone());
        let organization = self.scene.organizations[other].id;
        let text = match filter {
            0 => format!("&id=eq.{id}"),
            1 => format!("&name=gt.{}", name.replace(' ', "%20")),
            2 => format!("&organization_id=eq.{organization}"),
            3 => format!("&or=(id.eq.{id},name.lt.{})", name.replace(' ', "%20")),
            _ => String::new(),
        };
        let fits = |client: &&Client| {
            client.organization == owner
                && match filter {
                    0 => client.id == id,
                    1 => client.name > name,
                    2 => other == owner,
                    3 => client.id == id || client.name < name,
                    _ => true,
                }
        };
        let mut rows: Vec<Value> = self.scene.clients.iter().filter(fits).map(shown).collect();
        rows.sort_by(|a, b| by_text(a, b, "name").then_with(|| by_text(a, b, "id")));
        if descending {
            rows.reverse();
        }
        let total = rows.len();
        let rows = rows.into_iter().skip(offset).take(limit).collect();
        let order = if descending { "name.desc,id.desc" } else { "name,id" };
        let page = format!("?select=id,name,description&order={order}&limit={limit}&offset={offset}");
        let planned = self.of_owner(owner, Method::GET, format!("{APPS}{page}{text}"));
        Planned { expected: Expected::Table { rows, total }, ..planned }
    }

    /// Another description, other scopes or other branches for an app; as often as not for somebody else's, which changes
    /// nothing.
    pub(super) fn change_of_app(&mut self) -> Planned {
        let owner = self.scene.index(self.scene.organizations.len());
        let client = self.scene.index(self.scene.clients.len());
        let is_first = client.is_multiple_of(super::scene::APPS_OF_EACH);
        let (organization, allowed) = (self.scene.clients[client].organization, self.scene.some_scopes(EVERY_SCOPE));
        let from = if self.scene.one_in(5) { self.scene.index(self.scene.organizations.len()) } else { organization };
        let branches = self.scene.some_branches(from);
        let description = format!("changed {}", self.scene.dice.below(1_000_000));
        let mut body = json!({"description": description});
        if !is_first {
            body["allowed_scopes"] = json!(names(allowed));
            body["allowed_branch_ids"] = json!(self.scene.ids(&branches));
        }
        let found = &self.scene.clients[client];
        let mut planned = self.of_owner(owner, Method::PATCH, format!("{APPS}?id=eq.{}", found.id));
        planned.headers.push(("prefer", "return=representation".to_owned()));
        planned.what = format!("{} {body}", planned.what);
        let is_unfit = !is_first && from != organization && !branches.is_empty();
        if organization != owner {
            planned.expected = Expected::Table { rows: Vec::new(), total: 0 };
        } else if is_unfit {
            planned.expected = Expected::Status(400, "invalid_request");
        } else {
            let (allowed, branches) =
                if is_first { (found.allowed, found.branches.clone()) } else { (allowed, branches) };
            let row = json!({"id": found.id, "name": found.name, "description": description});
            planned.expected = Expected::Table { rows: vec![row], total: 1 };
            planned.effect = Effect::App { client, allowed, branches, description };
        }
        planned.body = Some(body);
        planned
    }
}
