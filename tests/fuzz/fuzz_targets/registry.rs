//! Any bytes at all, to every format that takes them for its own. The suite runs the same check over a few thousand files.
#![no_main]

#[path = "../../support/canonical.rs"]
mod canonical;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    canonical::check(bytes, None);
});
