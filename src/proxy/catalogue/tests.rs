use routix_domain::value::Faults;
use serde_json::{Value, json};

use super::*;

const LOCK: &str = include_str!("v1.lock");

fn built_in() -> Catalogue {
    Catalogue::built_in().unwrap()
}

fn small(fields: &str) -> String {
    format!(
        "[[resource]]\nname = \"things\"\ntable = \"things\"\ndescription = \"\"\nreading = \"\"\nwriting = \"\"\n\
         fields = [\n{{ name = \"id\", type = \"uuid\", version = \"v1\", writable = false }},\n{fields}]\n"
    )
}

fn refusal(text: &str) -> String {
    Catalogue::parse(text).unwrap_err().to_string()
}

fn faults_of(resource: &str, version: ApiVersion, members: Value, purpose: Purpose) -> Vec<(String, &'static str)> {
    let catalogue = built_in();
    let members = members.as_object().unwrap().clone();
    match read_members(catalogue.resource(resource).unwrap(), version, &members, purpose) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_vec().into_iter().map(|fault| (fault.field, fault.code)).collect(),
    }
}

#[test]
fn the_fields_of_v1_are_those_of_the_lock_file() {
    let mut fields = Vec::new();
    for resource in built_in().resources() {
        for field in resource.fields(ApiVersion::V1) {
            fields.push(format!("{} {} {}", resource.name, field.name, field.value.kind.as_str()));
        }
    }
    let locked: Vec<_> = LOCK.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(fields, locked, "v1 is fixed: add the field to v2 instead");
}

#[test]
fn the_accounts_of_v1_are_those_of_the_guide() {
    let catalogue = built_in();
    let accounts = catalogue.resource("accounts").unwrap();
    let names: Vec<_> = accounts.fields(ApiVersion::V1).iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["id", "company_name", "email", "phone", "account_type", "status"]);
    let filters: Vec<_> = accounts.fields(ApiVersion::V2).iter().filter(|field| field.filterable).collect();
    let filters: Vec<_> = filters.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(filters, ["company_name", "email", "account_type", "status"]);
}

#[test]
fn v2_begins_with_every_field_of_v1() {
    for resource in built_in().resources() {
        let (v1, v2) = (resource.fields(ApiVersion::V1), resource.fields(ApiVersion::V2));
        assert!(v1.len() < v2.len(), "{}", resource.name);
        assert!(v1.iter().zip(v2).all(|(one, two)| one.name == two.name && one.since == ApiVersion::V1));
        assert!(v2.iter().skip(v1.len()).all(|field| field.since == ApiVersion::V2));
    }
}

#[test]
fn the_scopes_are_those_of_the_guide_in_its_order() {
    let scopes = built_in().scopes().to_string();
    let guide = "routix:accounts:read routix:accounts:write routix:orders:read routix:orders:write \
                 routix:vehicles:read routix:vehicles:write routix:staff:read routix:equipment:read \
                 routix:planning:read routix:invoices:read routix:invoices:write";
    assert_eq!(scopes, guide);
    for scope in built_in().scopes().iter() {
        assert!(built_in().describe(scope).is_some_and(|text| text.ends_with('.')), "{scope}");
    }
}

#[test]
fn unique_in_a_branch_are_the_numbers_and_the_plate() {
    let catalogue = built_in();
    let unique = catalogue.resources().iter().flat_map(|resource| {
        resource.fields(ApiVersion::V2).iter().filter(|field| field.unique).map(|field| field.name.to_string())
    });
    assert_eq!(unique.collect::<Vec<_>>(), ["order_number", "license_plate", "invoice_number"]);
}

#[test]
fn a_refusal_names_resource_and_field() {
    let line = |rest: &str| small(&format!("{{ name = \"x\", type = \"text\", version = \"v1\"{rest} }},"));
    assert!(Catalogue::parse(&line("")).is_ok());
    assert_eq!(refusal(&line(", references = \"things\"")).split(": ").next(), Some("resource 'things', field 'x'"));
    for (text, problem) in [
        (small("{ name = \"a b\", type = \"text\" },"), "field 'a b': a name is"),
        (small("{ name = \"limit\", type = \"text\" },"), "field 'limit': the name is taken"),
        (small("{ name = \"cursor\", type = \"text\" },"), "field 'cursor': the name is taken"),
        (small("{ name = \"branch_id\", type = \"uuid\" },"), "field 'branch_id': the name is taken"),
        (small("{ name = \"id\", type = \"uuid\", version = \"v1\", writable = false },"), "declared twice"),
        (small("{ name = \"x\", type = \"list\" },"), "field 'x': needs a shape"),
        (small("{ name = \"x\", type = \"list\", values = [\"a\"], filterable = true },"), "field 'x': only text"),
        (small("{ name = \"x\", type = \"integer\", default = \"a\" },"), "field 'x': the default"),
        (small("{ name = \"x\", type = \"text\", required = true },"), "field 'x': is required but"),
        (small("{ name = \"created_at\", type = \"timestamp\" },"), "field 'created_at': is written by"),
        (small("{ name = \"x\", type = \"uuid\", references = \"moons\" },"), "field 'x': refers to"),
        (
            small("{ name = \"x\", type = \"text\" }, { name = \"y\", type = \"text\", version = \"v1\" },"),
            "field 'y': a field of v1 stands after",
        ),
        (small("{ name = \"x\", type = \"list\", values = [\"a\"], unique = true },"), "field 'x': only text"),
        (small("{ name = \"x\", type = \"integer\", example = \"a\" },"), "field 'x': the example"),
        (small("{ name = \"created_at\", type = \"timestamp\", writable = false, required = true },"), "is written by"),
        (small("") + &small(""), "resource 'things': is declared twice"),
        (small("") + &small("").replacen("things", "others", 1), "resource 'others': is declared twice"),
        (small("").replace("name = \"id\"", "name = \"key\""), "the first field must be 'id'"),
        (small("").replace("table = \"things\"", "table = \"things; drop\""), "resource 'things': a name is"),
        (small("").replace("description", "descriptoin"), "not valid TOML"),
        (String::new(), "no resource"),
    ] {
        assert!(refusal(&text).contains(problem), "{} should say {problem}", refusal(&text));
    }
}

#[test]
fn a_shape_refers_to_records_as_a_field_does() {
    let with = |member: &str| {
        let list = "{ name = \"x\", type = \"list\", shape = \"part\" },";
        format!("{}[[shape]]\nname = \"part\"\nfields = [{{ name = \"y\", {member} }}]\n", small(list))
    };
    assert!(Catalogue::parse(&with("type = \"uuid\", references = \"things\"")).is_ok());
    for (member, problem) in [
        ("type = \"uuid\", references = \"moons\"", "refers to"),
        ("type = \"text\", references = \"things\"", "refers to"),
        ("type = \"text\" }, { name = \"y\", type = \"text\"", "is declared twice"),
        ("type = \"object\", shape = \"part\"", "needs a shape"),
        ("type = \"list\", shape = \"part\"", "needs a shape"),
    ] {
        let said = refusal(&with(member));
        assert!(said.starts_with(&format!("shape 'part', field 'y': {problem}")), "{member}: {said}");
    }
}

#[test]
fn every_fault_of_a_body_is_named() {
    let body = json!({
        "id": "550e8400-e29b-41d4-a716-446655440000", "company_name": "", "email": "nobody", "phone": 5,
        "account_type": "moon", "status": null, "colour": "red", "city": "Breda",
    });
    let mut faults = faults_of("accounts", ApiVersion::V1, body, Purpose::Create);
    faults.sort();
    let expected = [
        ("account_type", "invalid_value"),
        ("city", "unknown_field"),
        ("colour", "unknown_field"),
        ("company_name", "required"),
        ("email", "invalid_format"),
        ("id", "read_only"),
        ("phone", "wrong_type"),
        ("status", "required"),
    ];
    assert_eq!(faults, expected.map(|(field, code)| (field.to_owned(), code)));
}

#[test]
fn a_create_must_name_what_is_required_and_a_change_need_not() {
    let missing = vec![("company_name".to_owned(), "required")];
    assert_eq!(faults_of("accounts", ApiVersion::V1, json!({}), Purpose::Create), missing);
    assert_eq!(faults_of("accounts", ApiVersion::V1, json!({}), Purpose::Change), []);
    assert_eq!(faults_of("accounts", ApiVersion::V1, json!({"company_name": null}), Purpose::Change), missing);
    assert_eq!(faults_of("accounts", ApiVersion::V1, json!({"email": null}), Purpose::Change), []);
}

#[test]
fn stops_are_judged_member_by_member() {
    let body = json!({"order_number": "1", "stops": [
        {"kind": "loading", "city": "Venlo", "window_start": "2026-02-10T12:00:00+01:00"},
        {"kind": "flying", "gate": 4},
        "Breda",
    ]});
    let faults = faults_of("orders", ApiVersion::V1, body, Purpose::Create);
    let expected = [
        ("stops[1].gate", "unknown_field"),
        ("stops[1].kind", "invalid_value"),
        ("stops[1].city", "required"),
        ("stops[2]", "wrong_type"),
    ];
    assert_eq!(faults, expected.map(|(field, code)| (field.to_owned(), code)));
}

#[test]
fn values_are_kept_in_one_form() {
    let catalogue = built_in();
    let orders = catalogue.resource("orders").unwrap();
    let read = |name: &str, value: Value| {
        let members = json!({name: value}).as_object().unwrap().clone();
        read_members(orders, ApiVersion::V2, &members, Purpose::Change).map(|mut values| values.remove(0).1)
    };
    let text = |text: &str| Ok(FieldValue::Text(text.into()));
    assert_eq!(read("reference", json!("Cafe\u{301}")), text("Caf\u{e9}"));
    assert_eq!(read("loading_date", json!("2028-02-29")), text("2028-02-29"));
    assert_eq!(
        read("account_id", json!("550E8400-E29B-41D4-A716-446655440000")),
        text("550e8400-e29b-41d4-a716-446655440000")
    );
    let stops = json!([{"city": "Venlo", "kind": "loading", "window_start": "2026-02-10T12:00:00.9+01:00"}]);
    let stored = r#"[{"kind":"loading","company_name":null,"street":null,"postal_code":null,"city":"Venlo","country":null,"window_start":"2026-02-10T11:00:00Z","window_end":null,"reference":null}]"#;
    assert_eq!(read("stops", stops), Ok(FieldValue::Json(stored.into())));
    for (name, value) in [
        ("loading_date", json!("2026-02-30")),
        ("loading_date", json!("2026-2-3")),
        ("loading_date", json!("10-02-2026")),
        ("loading_date", json!("0000-01-01")),
        ("loading_date", json!("+10000-01-01")),
        ("loading_date", json!("-0001-01-01")),
        ("weight_kg", json!(1.5)),
        ("weight_kg", json!(-0.5)),
        ("weight_kg", json!(1e300)),
        ("weight_kg", json!(-1)),
        ("weight_kg", json!("5")),
        ("adr", json!("true")),
        ("adr", json!(null)),
        ("account_id", json!("550e8400e29b41d4a716446655440000")),
        ("reference", json!("a\nb")),
        ("reference", json!("x".repeat(81))),
        ("stops", json!({})),
        ("stops", json!([{"city": "Venlo", "kind": "loading", "window_start": "0001-01-01T00:30:00+01:00"}])),
    ] {
        assert!(read(name, value.clone()).is_err(), "{name} {value}");
    }
}

/// The type of one field of a catalogue of its own.
fn type_of(declared: &str) -> ValueType {
    let catalogue = Catalogue::parse(&small(&format!("{{ name = \"x\", {declared} }},"))).unwrap();
    catalogue.resource("things").unwrap().fields(ApiVersion::V2)[1].value.clone()
}

#[test]
fn a_list_has_at_most_so_many_items_and_each_is_judged() {
    let grades = type_of("type = \"list\", values = [\"a\", \"b\"], max_items = 2");
    let check = |value: Value| {
        let mut faults = Faults::default();
        let value = grades.check("x", &value, &mut faults);
        (value, faults.into_vec().into_iter().map(|fault| (fault.field, fault.code)).collect::<Vec<_>>())
    };
    let json = |text: &str| (Some(FieldValue::Json(text.to_owned())), vec![]);
    let refused = |at: &str, code| (None, vec![(at.to_owned(), code)]);
    assert_eq!(check(json!([])), json("[]"));
    assert_eq!(check(json!(["b", "a"])), json("[\"b\",\"a\"]"));
    assert_eq!(check(json!(["a", "b", "a"])), refused("x", "too_long"));
    assert_eq!(check(json!(["a", "c"])), refused("x[1]", "invalid_value"));
    assert_eq!(check(json!([4])), refused("x[0]", "wrong_type"));
}

#[test]
fn an_object_is_judged_by_its_shape() {
    let text = small("{ name = \"x\", type = \"object\", shape = \"part\" },")
        + "[[shape]]\nname = \"part\"\nfields = [\n\
           { name = \"big\", type = \"boolean\" }, { name = \"count\", type = \"integer\", required = true }]\n";
    let catalogue = Catalogue::parse(&text).unwrap();
    let part = &catalogue.resource("things").unwrap().fields(ApiVersion::V2)[1];
    for (value, stored, fault) in [
        (json!({"count": 4, "big": true}), Some("{\"big\":true,\"count\":4}"), None),
        (json!({"count": 4, "big": false}), Some("{\"big\":false,\"count\":4}"), None),
        (json!({"count": 4}), Some("{\"big\":null,\"count\":4}"), None),
        (json!({"big": true}), None, Some(("x.count", "required"))),
        (json!({"count": "4"}), None, Some(("x.count", "wrong_type"))),
    ] {
        let mut faults = Faults::default();
        let read = part.value.check("x", &value, &mut faults);
        assert_eq!(read, stored.map(|text| FieldValue::Json(text.to_owned())), "{value}");
        let faults: Vec<_> = faults.into_vec();
        assert_eq!(faults.first().map(|found| (found.field.as_str(), found.code)), fault, "{value}");
    }
}

#[test]
fn a_filter_is_a_value_in_the_form_in_which_it_is_stored() {
    for (declared, given, read) in [
        ("type = \"integer\"", "12", Some(FieldValue::Integer(12))),
        ("type = \"integer\"", "-12", Some(FieldValue::Integer(-12))),
        ("type = \"integer\"", "", None),
        ("type = \"integer\"", "-", None),
        ("type = \"integer\"", "+12", None),
        ("type = \"integer\"", "1e3", None),
        ("type = \"boolean\"", "true", Some(FieldValue::Boolean(true))),
        ("type = \"boolean\"", "false", Some(FieldValue::Boolean(false))),
        ("type = \"boolean\"", "True", None),
        ("type = \"boolean\"", "1", None),
        ("type = \"text\"", "a", Some(FieldValue::Text("a".to_owned()))),
        ("type = \"text\"", "", None),
        ("type = \"text\"", "a\0", None),
    ] {
        let read_as = type_of(declared).check_query("x", given);
        assert_eq!(read_as.as_ref().ok(), read.as_ref(), "{declared} {given:?}");
        assert!(read_as.is_ok() || read_as.is_err_and(|fault| fault.code == "invalid_value"));
    }
}

#[test]
fn an_address_is_one_that_mail_systems_take_without_quoting() {
    let (long, label) = ("a".repeat(64), "b".repeat(63));
    let email = type_of("type = \"text\", format = \"email\"");
    let fits = |text: &str| email.check("x", &text.into(), &mut Faults::default()).is_some();
    for good in
        ["a@b.nl", "j.o'n+x@b-c.example", &format!("{long}@b.nl"), &format!("a@{label}.nl"), "a@bü.nl", "A1@2.nl"]
    {
        assert!(fits(good), "{good}");
    }
    for bad in [
        "a",
        "@b.nl",
        ".a@b.nl",
        "a.@b.nl",
        "a b@c.nl",
        "a(b@c.nl",
        "a,b@c.nl",
        "é@b.nl",
        "a@b",
        "a@b..nl",
        "a@-b.nl",
        "a@b-.nl",
        "a@b_c.nl",
        "a@b.nl@c.nl",
        &format!("{long}a@b.nl"),
        &format!("a@{label}b.nl"),
    ] {
        assert!(!fits(bad), "{bad}");
    }
    let country = type_of("type = \"text\", format = \"country\"");
    for (text, is_good) in [("NL", true), ("nl", false), ("N1", false), ("NLD", false), ("N", false)] {
        assert_eq!(country.check("x", &text.into(), &mut Faults::default()).is_some(), is_good, "{text}");
    }
}

#[test]
fn a_name_may_stand_in_sql_as_it_is() {
    for good in ["a", "_a", "a_1", &"a".repeat(63)] {
        assert_eq!(Identifier::new(good).map(|name| name.to_string()).as_deref(), Some(good));
    }
    for bad in ["", "1a", "A", "aB", "a-b", "a\"b", "é", &"a".repeat(64)] {
        assert!(Identifier::new(bad).is_none(), "{bad}");
    }
}
