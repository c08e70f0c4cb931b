//! The difference of two states.

use std::collections::BTreeSet;

use super::then::{AppThen, Member, MemberValue};
use super::timeline::Since;

/// A member that differs. `None` is a secret or a consent that was not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub member: Member,
    pub before: Option<MemberValue>,
    pub after: Option<MemberValue>,
    /// Which event made it what it is after. `None` when only the way back in time takes it away: then nobody did.
    pub since: Option<Since>,
}

/// The members that differ, in the order of [`Member`].
pub fn changes(before: &AppThen, after: &AppThen) -> Vec<Change> {
    let members: BTreeSet<Member> = before.members.iter().chain(&after.members).map(|known| known.member).collect();
    let change = |member| {
        let (old, new) = (before.get(member), after.get(member));
        let since = new.map(|known| &known.since).or_else(|| after.ended.get(&member)).cloned();
        let [before, after] = [old, new].map(|known| known.map(|known| known.value.clone()));
        (before != after).then_some(Change { member, before, after, since })
    };
    members.into_iter().filter_map(change).collect()
}
