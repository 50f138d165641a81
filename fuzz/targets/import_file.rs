#![no_main]
//! A whole file that is imported: a zip, an array, or JSON Lines.

use server::transfer::import::{Limits, check};
use std::io::Write;
use tokio_util::sync::CancellationToken;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::tempfile().expect("there is room");
    file.write_all(bytes).expect("there is room");
    // Small, so that the fuzzer reaches them.
    let limits = Limits { bytes: 1 << 20, conversations: 10, conversation: 1000, message: 500 };
    if let Err(error) = check(file, limits, &CancellationToken::new(), |_| {}) {
        let refused = protocol::error::PublicError::from(error);
        fuzz::check_refusal(Err(refused));
    }
});
