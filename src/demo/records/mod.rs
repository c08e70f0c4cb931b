//! A believable year of a Dutch haulier: customers, orders with stops, vehicles, drivers, trips and invoices.
//!
//! The same branch gets the same rows on every machine: there is no clock and no chance here, and ids are derived from
//! the branch. Invented companies have `.example` addresses. Deliberately absent: branches and apps, which are made by
//! commands.

mod accounts;
mod calendar;
mod fleet;
mod invoices;
mod load;
mod orders;
mod pick;
mod planning;
mod staff;
#[cfg(test)]
mod tests;
mod words;

pub use load::{DemoBranch, DemoError, Size, load};
