use super::*;
use protocol::request::{Parameters, Turn};

fn prompt(questions: &[&str]) -> ProviderPrompt {
    let turns =
        questions.iter().flat_map(|question| [Turn::new(Role::User, *question), Turn::new(Role::Assistant, "…")]);
    let mut turns: Vec<_> = turns.collect();
    turns.pop();
    ProviderPrompt { model: "rivulet".into(), system_prompt: None, turns, parameters: Parameters::default() }
}

async fn read(mut stream: DeltaStream) -> (String, String, Option<FinishReason>, Option<Usage>, Option<ErrorCode>) {
    let (mut text, mut reasoning, mut finish, mut usage, mut error) = Default::default();
    while let Some(batch) = stream.next().await {
        match batch {
            Err(failed) => error = Some(failed.code),
            Ok(deltas) => deltas.into_iter().for_each(|delta| match delta {
                Delta::Text(piece) => String::push_str(&mut text, &piece),
                Delta::Reasoning(piece) => String::push_str(&mut reasoning, &piece),
                Delta::Usage(counted) => usage = Some(counted),
                Delta::Finish(reason) => finish = Some(reason),
            }),
        }
    }
    (text, reasoning, finish, usage, error)
}

async fn ask(question: &str) -> (String, String, Option<FinishReason>, Option<Usage>, Option<ErrorCode>) {
    read(Demo.generate(&prompt(&[question])).await.unwrap()).await
}

#[tokio::test]
async fn it_echoes_the_question_as_text_and_remembers_the_one_before() {
    let asked = prompt(&["Why is *water* wet?", "/fast And <script>alert(1)</script>?"]);
    let (text, _, finish, usage, _) = read(Demo.generate(&asked).await.unwrap()).await;
    assert!(text.contains(r"Why is \*water\* wet?") && text.contains(r"\<script\>alert\(1\)"), "{text}");
    for sign in ["## ", "- [x]", "|---|", "```rust", "```python", "$$", "🚀", "[^key]", "OPENAI_API_KEY"] {
        assert!(text.contains(sign), "{sign} in {text}");
    }
    assert_eq!(finish, Some(FinishReason::Stop));
    assert!(usage.unwrap().output_tokens > 100);
}

#[tokio::test]
async fn commands_combine() {
    let (text, reasoning, _, usage, _) = ask("/fast /reasoning /long 5000").await;
    assert_eq!(usage.unwrap().output_tokens as usize, 5000 + reasoning.split_whitespace().count());
    assert!(text.split_whitespace().count() >= 5000 && !reasoning.is_empty());
    assert!(ask("/fast /help").await.0.contains("/error overloaded after 20"));
    assert!(ask("/fast /error nonsense").await.0.contains("takes one of these classes: authentication,"));
}

#[tokio::test]
async fn every_end_can_be_scripted() {
    for code in ErrorCode::ALL.iter().filter(|code| code.as_str().starts_with("upstream_")) {
        let name = code.as_str().trim_start_matches("upstream_");
        let failed = Demo.generate(&prompt(&[&format!("/error {name}")])).await.err();
        assert_eq!(failed.map(|error| error.code), Some(*code));
    }
    let (text, _, finish, _, error) = ask("/fast /error overloaded after 3 why?").await;
    assert_eq!((text.split_whitespace().count(), finish, error), (3, None, Some(ErrorCode::UpstreamOverloaded)));
    assert_eq!(ask("/fast /cut").await.4, Some(ErrorCode::UpstreamTruncated));
    assert_eq!(ask("/fast /filter").await.2, Some(FinishReason::ContentFilter));
    assert_eq!(ask("/fast /length").await.2, Some(FinishReason::Length));
}

#[tokio::test]
async fn silence_can_be_scripted() {
    for (command, first) in [("/fast /stall", true), ("/hang", false)] {
        let mut stream = Demo.generate(&prompt(&[command])).await.unwrap();
        let mut pieces = 0;
        while let Ok(Some(_)) = tokio::time::timeout(Duration::from_millis(30), stream.next()).await {
            pieces += 1;
        }
        assert_eq!(pieces > 0, first, "{command}");
    }
}

#[tokio::test]
async fn its_pace_is_human() {
    let mut stream = Demo.generate(&prompt(&["Hi"])).await.unwrap();
    let started = std::time::Instant::now();
    for _ in 0..10 {
        stream.next().await.unwrap().unwrap();
    }
    let took = started.elapsed();
    assert!((100..1000).contains(&took.as_millis()), "{took:?}");
}
