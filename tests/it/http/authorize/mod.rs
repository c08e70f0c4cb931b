//! The authorization endpoint and its consent page (contract, section 5).

mod consent_page;
mod corpus;
mod cross_site;
mod decisions;
mod headers;
mod markup;
mod organizations;
mod outage;
mod page_errors;
mod races;
mod redirect_errors;
mod registration;
mod state;
mod success;
mod words;
