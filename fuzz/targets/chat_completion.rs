#![no_main]
//! The body of `POST /v1/chat/completions`.

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    fuzz::check_refusal(server::http::requests::chat_completion(body, fuzz::LIMITS));
});
