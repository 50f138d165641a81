use super::*;
use crate::{
    id::{AttachmentId, MessageId},
    message::Role,
};
use serde_json::json;

const LIMITS: InputLimits = InputLimits {
    max_bytes: 20,
    max_messages: 2,
    attachments: AttachmentLimits { file_bytes: 9, text_bytes: 9, files: 2, total_bytes: 9 },
};

fn resolve(body: serde_json::Value, asks: Asks) -> Result<Prompt, InvalidField> {
    serde_json::from_value::<PromptRequest>(body).unwrap().resolve(asks, LIMITS)
}

fn refused(body: serde_json::Value, asks: Asks) -> String {
    resolve(body, asks).unwrap_err().to_string()
}

#[test]
fn a_message_becomes_one_turn_with_its_instructions() {
    let prompt = resolve(
        json!({"message": "Hi", "systemPrompt": "Be brief.", "context": {"a": 1}, "language": "fr", "maxTokens": 5}),
        Asks::Either,
    );
    let prompt = prompt.unwrap_err().to_string();
    assert!(prompt.starts_with("`system_prompt` must be at most 20 bytes"), "{prompt}");
    let prompt = resolve(json!({"message": "Hi", "system": "Be brief.", "max_tokens": 5}), Asks::Either).unwrap();
    assert_eq!(prompt.turns, vec![Turn::new(Role::User, "Hi")]);
    assert_eq!(prompt.system_prompt.as_deref(), Some("Be brief."));
    assert_eq!(prompt.parameters.max_tokens, Some(5));
}

#[test]
fn content_may_come_in_parts() {
    let body = json!({"messages": [{"role": "developer", "content": null},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]});
    let request: PromptRequest = serde_json::from_value(body).unwrap();
    let turns = request.messages.unwrap();
    assert_eq!((turns[0].role, turns[1].content.as_str()), (Role::System, "ab"));
    let parts = |part: serde_json::Value| json!({"messages": [{"role": "user", "content": [part]}]});
    let error = |part| serde_json::from_value::<PromptRequest>(parts(part)).unwrap_err().to_string();
    let sound = error(json!({"type": "input_audio"}));
    assert!(sound.contains("input_audio") && sound.contains("only \"text\" and \"image_url\" are"), "{sound}");
    for elsewhere in
        [json!({"type": "image_url"}), json!({"type": "image_url", "image_url": {"url": "http://a.example"}})]
    {
        assert!(error(elsewhere).contains("this server fetches nothing"));
    }
}

#[test]
fn images_come_as_data_urls() {
    let image = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}});
    let body = |images: usize| json!({"messages": [{"role": "user", "content": vec![image.clone(); images]}]});
    let prompt = resolve(body(2), Asks::Messages).unwrap();
    assert_eq!(prompt.turns[0].images().collect::<Vec<_>>(), [("image/png", "AAAA"); 2]);
    assert!(refused(body(3), Asks::Messages).contains("at most 2 images"));
}

#[test]
fn refusals_name_the_field() {
    assert!(refused(json!({}), Asks::Message).starts_with("`message` must be given"));
    assert!(refused(json!({"message": "x"}), Asks::Messages).starts_with("`messages` must be given"));
    assert!(refused(json!({"messages": []}), Asks::Messages).starts_with("`messages` must hold at least one"));
    assert!(refused(json!({"message": " "}), Asks::Message).starts_with("`message` must not be empty"));
    let three = json!({"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "a"},
        {"role": "user", "content": "a"}]});
    assert!(refused(three, Asks::Either).contains("at most 2 messages"));
    let long = json!({"message": "x".repeat(21)});
    assert!(refused(long, Asks::Message).contains("at most 20 bytes of text; these are 21"));
    let empty = json!({"messages": [{"role": "user", "content": ""}, {"role": "user", "content": "a"}]});
    assert!(refused(empty, Asks::Either).starts_with("`messages[0].content` must not be empty"));
    assert!(refused(json!({"message": "x", "temperature": 3}), Asks::Message).starts_with("`temperature`"));
    assert!(refused(json!({"message": "x", "max_tokens": 0}), Asks::Message).starts_with("`max_tokens`"));
    assert!(refused(json!({"message": "x", "messages": []}), Asks::Either).contains("cannot both"));
}

#[test]
fn a_send_is_a_question_or_a_retry() {
    let checked = |body| serde_json::from_value::<SendMessage>(body).unwrap().resolve(LIMITS);
    let send = |body| checked(body).map(|CheckedMessage { ask, settings, .. }| (ask, settings));
    let (ask, settings) = send(json!({"content": "Hi", "model": "", "temperature": 1.0})).unwrap();
    assert_eq!((ask, settings.model), (Ask::Question("Hi".into()), Some(None)));
    assert_eq!((settings.temperature, settings.top_p), (Some(Some(1.0)), None));
    assert!(send(json!({"content": "Hi", "system_prompt": "x".repeat(21)})).is_err());
    assert!(send(json!({})).is_err());
    let id = MessageId(uuid::Uuid::nil());
    let (ask, _) = send(json!({"content": "Hi", "edit": id})).unwrap();
    assert_eq!(ask, Ask::Edit(id, "Hi".into()));
    assert!(send(json!({"edit": id})).unwrap_err().to_string().starts_with("`content` must be given with `edit`"));
    assert!(send(json!({"edit": id, "retry": id})).is_err());
    let (ask, _) = send(json!({"parent": id, "content": "Hi"})).unwrap();
    assert_eq!(ask, Ask::After(id, "Hi".into()));
    for odd in
        [json!({"parent": id}), json!({"parent": id, "retry": id}), json!({"parent": id, "edit": id, "content": "x"})]
    {
        assert!(send(odd).unwrap_err().to_string().starts_with("`parent` is for a new question only"));
    }
    assert!(send(json!({"content": ""})).unwrap_err().to_string().starts_with("`content` must not be empty"));
}

#[test]
fn files_go_with_questions() {
    let send = |body| serde_json::from_value::<SendMessage>(body).unwrap().resolve(LIMITS);
    let ids: Vec<_> = (1..4).map(|number| AttachmentId(uuid::Uuid::from_u128(number))).collect();
    for body in [json!({"attachments": ids[..2]}), json!({"attachments": ids[..2], "content": " "})] {
        let checked = send(body).unwrap();
        assert!(matches!(checked.ask, Ask::Question(text) if text.trim().is_empty()));
        assert_eq!(checked.attachments.as_deref(), Some(&ids[..2]));
    }
    let refused = |body| send(body).unwrap_err().to_string();
    assert!(refused(json!({"attachments": ids, "content": "a"})).starts_with("`attachments` must be at most 2"));
    assert!(refused(json!({"attachments": [ids[0], ids[0]], "content": "a"})).starts_with("`attachments[1]` names"));
    let message = MessageId(uuid::Uuid::nil());
    assert!(
        refused(json!({"attachments": ids[..1], "retry": message})).starts_with("`attachments` are for a question")
    );
    assert!(refused(json!({"attachments": [], "content": ""})).starts_with("`content` must not be empty"));
    assert!(refused(json!({"attachments": ids[..1], "content": "x".repeat(21)})).contains("at most 20 bytes"));
}
