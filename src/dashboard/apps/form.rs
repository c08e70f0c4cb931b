//! The form of an app, with everything that can be chosen in it.

use routix_domain::value::{BranchRestriction, Fault, ScopeSet, TokenLifetime};
use routix_projections::branches::{self, BranchRow};
use uuid::Uuid;

use super::faults::FaultWords;
use super::typed::{BRANCH, SCOPE, Typed};
use crate::dashboard::Dashboard;
use crate::dashboard::person::Insider;
use crate::pages::scopes::{Ability, ScopeGroup, groups};
use crate::pages::{PageError, Visitor, Words};

/// The lifetimes that are offered; an app may have another one, from the API.
const LIFETIMES: [&str; 7] = ["5m", "15m", "30m", "1h", "1d", "20y", "unlimited"];

/// What the template shows of the form.
pub(super) struct AppForm {
    pub(super) typed: Typed,
    pub(super) faults: FaultWords,
    pub(super) scopes: Vec<ScopeRow>,
    /// Whether he may let an app reach every branch: who is limited to some may not.
    pub(super) may_choose_every: bool,
    pub(super) branches: Vec<BranchTick>,
    pub(super) lifetimes: Vec<Choice>,
    pub(super) is_new: bool,
}

/// The scopes of one kind of record.
pub(super) struct ScopeRow {
    pub(super) resource: String,
    pub(super) ticks: Vec<ScopeTick>,
}

pub(super) struct ScopeTick {
    pub(super) field: String,
    pub(super) text: String,
    pub(super) scope: String,
    pub(super) writes: bool,
    pub(super) is_ticked: bool,
}

pub(super) struct BranchTick {
    pub(super) field: String,
    pub(super) name: String,
    pub(super) public_id: String,
    pub(super) is_closed: bool,
    pub(super) is_ticked: bool,
}

pub(super) struct Choice {
    pub(super) value: String,
    pub(super) text: String,
    pub(super) is_chosen: bool,
}

/// The branches that a form may name, and those that an app names and that are closed by now.
pub(super) struct Branches {
    all: Vec<BranchRow>,
}

impl Branches {
    pub(super) async fn of(dashboard: &Dashboard, insider: &Insider) -> Result<Self, PageError> {
        let mut all = branches::of_organization(&dashboard.read, insider.organization.organization_id).await?;
        all.retain(|branch| insider.member.branches.allows(branch.branch_id));
        Ok(Self { all })
    }

    pub(super) fn open(&self) -> Vec<Uuid> {
        self.all.iter().filter(|branch| branch.closed_at.is_none()).map(|branch| branch.branch_id).collect()
    }

    fn ticks(&self, typed: &Typed) -> Vec<BranchTick> {
        let ticked = |branch: &BranchRow| typed.branches.contains(&branch.branch_id);
        let shown = self.all.iter().filter(|branch| branch.closed_at.is_none() || ticked(branch));
        let tick = |branch: &BranchRow| BranchTick {
            field: format!("{BRANCH}{}", branch.branch_id),
            name: branch.name.clone(),
            public_id: branch.public_id.clone(),
            is_closed: branch.closed_at.is_some(),
            is_ticked: ticked(branch),
        };
        shown.map(tick).collect()
    }
}

impl AppForm {
    /// The form as it was typed, with what is wrong in it.
    pub(super) fn new(
        (dashboard, insider): (&Dashboard, &Insider),
        branches: &Branches,
        typed: Typed,
        faults: &[Fault],
        is_new: bool,
    ) -> Self {
        let visitor = insider.visitor();
        Self {
            faults: FaultWords::of(faults, &typed, &visitor.words),
            scopes: scope_rows(&dashboard.scopes, visitor, &typed),
            may_choose_every: insider.member.branches.0 == BranchRestriction::All,
            branches: branches.ticks(&typed),
            lifetimes: lifetimes(&visitor.words, &typed.token_lifetime),
            typed,
            is_new,
        }
    }
}

fn scope_rows(known: &ScopeSet, visitor: &Visitor, typed: &Typed) -> Vec<ScopeRow> {
    let tick = |ability: Ability| {
        let scope = ability.scope.to_string();
        let field = format!("{SCOPE}{scope}");
        ScopeTick { field, text: ability.text, writes: ability.writes, is_ticked: typed.scopes.contains(&scope), scope }
    };
    let row = |group: ScopeGroup| ScopeRow {
        resource: group.resource,
        ticks: group.abilities.into_iter().map(tick).collect(),
    };
    groups(&visitor.words, &visitor.pages.scope_texts, known).into_iter().map(row).collect()
}

fn lifetimes(words: &Words, chosen: &str) -> Vec<Choice> {
    let mut values: Vec<&str> = LIFETIMES.into();
    if !values.contains(&chosen) {
        values.push(chosen);
    }
    let choice =
        |value: &str| Choice { value: value.to_owned(), text: lifetime_text(words, value), is_chosen: value == chosen };
    values.into_iter().map(choice).collect()
}

/// A lifetime in words; what is none as it is.
pub(super) fn lifetime_text(words: &Words, value: &str) -> String {
    const DAY: u32 = 86_400;
    match value.parse::<TokenLifetime>() {
        Ok(TokenLifetime::Unlimited) => words.get("lifetime-unlimited"),
        Ok(TokenLifetime::Seconds(3_600)) => words.get("lifetime-hour"),
        Ok(TokenLifetime::Seconds(DAY)) => words.get("lifetime-day"),
        Ok(TokenLifetime::Seconds(seconds)) if seconds > DAY => words.get("lifetime-years"),
        Ok(TokenLifetime::Seconds(seconds)) => {
            let minutes = (seconds / 60).to_string();
            words.with("lifetime-minutes", &[("count", &minutes)])
        }
        Err(_) => value.to_owned(),
    }
}
