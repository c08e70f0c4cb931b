#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| routix_fuzz::list::check(bytes));
