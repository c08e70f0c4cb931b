//! What clients that nobody here wrote send, and what they have to be answered: the numbered expectations, one test each.
//! The clients themselves run in `tests/recipes`; what a rule means in full is tested where the rule is.
//!
//! | expectations | file |
//! | --- | --- |
//! | E1 to E7, E9 to E11: the token endpoint, revocation | `tokens` |
//! | E8, E12 to E14, E24: discovery, redirects, challenges | `discovery` |
//! | E15, E25: tokens in URLs, methods | `methods`; that no log has them, `cli::logs` |
//! | E16 to E20: tables in the manner of PostgREST | `tables` |
//! | E21: what auth-js sends besides, and reads | `users` |
//! | E22: the guide's own PKCE snippet | `journey::code_flow`, with `journey/fixtures/pkce.js` in node |
//! | E23: a script of another site | `cors`; supabase-js in Chromium in `tests/browser/supabase.rs` |
//!
//! `authorizations` has the consent of auth-js, and `grants` beside it.

mod authorizations;
mod cors;
mod discovery;
mod methods;
mod tables;
mod tokens;
mod users;
