#![no_main]
//! A whole file that is imported: a zip, an array, or JSON Lines.

use server::transfer::import::{Limits, check};
use std::io::Write;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::tempfile().expect("there is room");
    file.write_all(bytes).expect("there is room");
    // Small, so that the fuzzer reaches them.
    let limits = Limits { bytes: 1 << 20, conversation: 1000 };
    if let Err(error) = check(file, limits, |_| {}) {
        let refused = protocol::error::PublicError::from(error);
        fuzz::check_refusal(Err(refused));
    }
});
