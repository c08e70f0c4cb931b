//! The stored corpus of every target, without a fuzzer: what was found once is found again.

use std::fs;
use std::path::Path;

use routix_fuzz::TARGETS;

#[test]
fn every_property_holds_for_the_stored_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let (mut folders, mut bytes) = (0, 0);
    for entry in fs::read_dir(&corpus).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(TARGETS.iter().any(|(target, _)| *target == name), "{name} is no target");
        folders += 1;
    }
    assert_eq!(folders, TARGETS.len());
    for (target, check) in TARGETS {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fuzz_targets/{target}.rs")).is_file(), "{target}");
        for entry in fs::read_dir(corpus.join(target)).unwrap() {
            let input = fs::read(entry.unwrap().path()).unwrap();
            bytes += input.len();
            check(&input);
        }
    }
    assert!(bytes < 1_000_000, "{bytes} bytes are too many to keep");
}
