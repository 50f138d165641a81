#![no_main]
//! A conversation of Open WebUI's export.

libfuzzer_sys::fuzz_target!(|json: &[u8]| fuzz::check_conversation(json));
