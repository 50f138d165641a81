#![no_main]
//! The body of `POST /api/conversations/{id}/messages`.

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    fuzz::check_refusal(server::http::requests::send_message(body, fuzz::LIMITS));
});
