#![no_main]
//! A conversation of Rivulet's own export.

libfuzzer_sys::fuzz_target!(|json: &[u8]| fuzz::check_conversation(json));
