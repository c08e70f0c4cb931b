//! Each page on a demo of its own.

use super::script::{Journey, fixture};

fn follow(page: &str) -> Journey {
    let mut journey = Journey::start();
    let text = fixture(page);
    journey.page(&text);
    assert_eq!(journey.steps, text.matches("\n=> ").count(), "every step of {page} was taken");
    journey
}

#[test]
fn the_setup_guide_works_as_printed() {
    let journey = follow("setup-guide.http");
    assert!(journey.get("new_secret").ends_with(journey.get("last4")), "the last four are those of the new secret");
    assert_eq!(journey.get("last4").len(), 4);
    assert_ne!(journey.get("new_secret"), journey.get("client_secret"));
    assert_ne!(journey.get("client_id"), journey.get("app_id"), "an app has two ids");
}

#[test]
fn every_row_of_the_troubleshooting_table_can_be_provoked() {
    follow("troubleshooting.http");
}

#[test]
fn the_api_integration_page_works_as_printed() {
    follow("api-integration.http");
}

#[test]
fn the_routera_page_works_as_printed() {
    follow("routera.http");
}

#[test]
fn the_routee_page_works_as_printed() {
    follow("routee.http");
}
