#![no_main]
//! A conversation of ChatGPT's export.

libfuzzer_sys::fuzz_target!(|json: &[u8]| fuzz::check_conversation(json));
