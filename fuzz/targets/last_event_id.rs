#![no_main]
//! The header that says where a reader goes on.

libfuzzer_sys::fuzz_target!(|header: &[u8]| {
    match server::http::requests::last_event_id(header) {
        Ok(number) if header.is_empty() => assert_eq!(number, 0),
        Ok(number) => assert_eq!(String::from_utf8_lossy(header).trim().trim_start_matches('+').parse(), Ok(number)),
        Err(error) => fuzz::check_refusal(Err(error)),
    }
});
