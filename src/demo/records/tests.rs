use uuid::Uuid;

use super::*;
use crate::proxy::Tenant;
use crate::proxy::records::test_support::scratch;

#[test]
fn every_row_fits_the_catalogue_and_the_guides_account_is_the_first() {
    let (_directory, records) = scratch();
    let tenant = Tenant::for_loading(Uuid::from_u128(1), Uuid::from_u128(2));
    let other = Tenant::for_loading(Uuid::from_u128(1), Uuid::from_u128(3));
    let small = Tenant::for_loading(Uuid::from_u128(9), Uuid::from_u128(4));
    assert!(records.is_empty().unwrap());
    let branches = [
        DemoBranch { tenant, city: "Rotterdam", size: Size::Large },
        DemoBranch { tenant: other, city: "Venlo", size: Size::Medium },
        DemoBranch { tenant: small, city: "Zwolle", size: Size::Small },
    ];
    load(&records, &branches).unwrap();
    assert!(!records.is_empty().unwrap());
}
