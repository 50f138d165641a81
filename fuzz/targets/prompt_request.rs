#![no_main]
//! The body of the stateless routes and of the sessions.

use protocol::request::Asks;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    for asks in [Asks::Message, Asks::Messages, Asks::Either] {
        fuzz::check_refusal(server::http::requests::prompt(body, asks, fuzz::LIMITS));
    }
});
