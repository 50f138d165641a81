use super::*;
use serde_json::json;

fn code(status: u16, body: Value) -> ErrorCode {
    Fault::of_answer(status, &body.to_string()).code
}

#[test]
fn the_status_decides_and_the_body_refines() {
    use ErrorCode::*;
    for (status, class) in [
        (400, UpstreamBadRequest),
        (401, UpstreamAuthentication),
        (402, UpstreamPermission),
        (403, UpstreamPermission),
        (404, UpstreamNotFound),
        (408, UpstreamTimeout),
        (413, UpstreamContextTooLong),
        (422, UpstreamBadRequest),
        (429, UpstreamRateLimited),
        (500, UpstreamFailure),
        (502, UpstreamFailure),
        (503, UpstreamOverloaded),
        (529, UpstreamOverloaded),
        (302, UpstreamFailure),
    ] {
        assert_eq!(code(status, json!({"error": {"message": "x"}})), class, "{status}");
        assert_eq!(Fault::of_answer(status, "<html>").code, class, "{status}");
    }
    let openai = json!({"error": {"code": "context_length_exceeded", "message": "x"}});
    let anthropic = json!({"type": "error", "error": {"type": "invalid_request_error",
        "message": "prompt is too long: 210000 tokens > 200000 maximum"}});
    let gemini = json!([{"error": {"code": 400, "status": "INVALID_ARGUMENT",
        "message": "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576)."}}]);
    let llama_cpp = json!({"error": {"code": 400, "type": "exceed_context_size_error", "message": "x"}});
    for body in [openai, anthropic, gemini, llama_cpp] {
        assert_eq!(code(400, body), UpstreamContextTooLong);
    }
    let filtered = json!({"error": {"code": "content_filter", "message": "x"}});
    assert_eq!(code(400, filtered), UpstreamContentFiltered);
    let key = json!({"error": {"code": 400, "message": "x", "details": [{"reason": "API_KEY_INVALID"}]}});
    assert_eq!(code(400, key), UpstreamAuthentication);
}

#[test]
fn errors_in_a_stream_are_known_by_number_or_by_name() {
    let code = |frame: Value| Fault::in_stream(&frame).map(|fault| fault.code);
    assert_eq!(code(json!({"error": {"code": 502, "message": "x"}})), Some(ErrorCode::UpstreamFailure));
    assert_eq!(code(json!({"error": {"code": "429"}})), Some(ErrorCode::UpstreamRateLimited));
    assert_eq!(code(json!({"error": {"type": "overloaded_error"}})), Some(ErrorCode::UpstreamOverloaded));
    assert_eq!(code(json!({"error": "model runner has stopped"})), Some(ErrorCode::UpstreamFailure));
    for none in [json!({"error": null}), json!({"error": {}}), json!({"error": ""}), json!({}), json!([])] {
        assert_eq!(code(none), None);
    }
}

#[test]
fn words_are_shown_without_keys_and_never_for_a_refused_key() {
    let key = Secret::new("hunter2");
    let shown = |code, words: &str| Fault::with(code, words).into_error("OpenAI", key.as_ref(), None).message;
    assert_eq!(shown(ErrorCode::UpstreamAuthentication, "bad key abc"), "OpenAI did not accept this server's key.");
    assert_eq!(
        shown(ErrorCode::UpstreamBadRequest, "no hunter2 please"),
        "OpenAI found fault with the request: no […] please."
    );
    assert_eq!(shown(ErrorCode::UpstreamFailure, "It broke!"), "OpenAI failed: It broke!");
}
