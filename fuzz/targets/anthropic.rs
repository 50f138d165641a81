#![no_main]
//! The decoder of one provider's answers.

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::check_decoder("anthropic", input));
