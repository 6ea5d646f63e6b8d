#![no_main]

use ascribe_fuzz::{any_input, guard_panics};

libfuzzer_sys::fuzz_target!(
    init: guard_panics(),
    |bytes: &[u8]| any_input::parse("html", bytes)
);
