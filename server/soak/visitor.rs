//! One visitor: a browser or a program that asks something, and leaves, comes back, stops or is slow as it likes.

use crate::question::{Doing, Question, Random};
use protocol::{
    event::StreamEvent,
    id::MessageId,
    message::{Message, MessageStatus},
    sse::SseDecoder,
    transcript::Transcript,
};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How long one thing may take. Nothing here takes more than a few seconds on an idle machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was done, and what went wrong.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    done: Mutex<BTreeMap<&'static str, u64>>,
    problems: Mutex<Vec<String>>,
}

impl Tally {
    fn count(&self, what: &'static str) {
        *self.done.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default() += 1;
    }

    fn problem(&self, problem: String) {
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        // The first few tell; a thousand more tell nothing.
        if problems.len() < 20 {
            problems.push(problem);
        }
    }

    /// What went wrong, and what should have been done but was not.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        problems
            .extend(ACTS.iter().filter(|act| !done.contains_key(act.0)).map(|act| format!("never done: {}", act.0)));
        problems
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.iter().try_for_each(|(what, count)| writeln!(f, "{count:>8}  {what}"))
    }
}

/// What a visitor may do.
#[derive(Debug, Clone, Copy)]
enum Act {
    Reads,
    Resumes,
    Stops,
    Leaves,
    ReadsPlain,
    ReadsSlowly,
    ReadsWhole,
    LeavesPlain,
    MeetsFault,
}

const ACTS: [(&str, Act); 9] = [
    ("answers read as events", Act::Reads),
    ("answers read after broken connections", Act::Resumes),
    ("answers stopped", Act::Stops),
    ("answers left alone, and read afterwards", Act::Leaves),
    ("answers read on a stateless route", Act::ReadsPlain),
    ("answers read slowly", Act::ReadsSlowly),
    ("answers read as one JSON", Act::ReadsWhole),
    ("answers left on a stateless route", Act::LeavesPlain),
    ("faults told", Act::MeetsFault),
];

/// One visit, with one client of its own.
pub(crate) async fn visit(address: SocketAddr, seed: u64, tally: &Tally) {
    let mut random = Random(seed);
    let client = Client::builder().cookie_store(true).no_proxy().build().unwrap();
    let visitor = Visitor { client, base: format!("http://{address}") };
    for _ in 0..1 + random.below(4) {
        let (what, act) = random.pick(&ACTS);
        let doing = if matches!(act, Act::MeetsFault) { random.pick(&Doing::FAULTS) } else { Doing::Answers };
        let question = Question { seed: random.next(), words: 4 + random.below(200), pace: random.below(20), doing };
        match tokio::time::timeout(PATIENCE, visitor.act(act, question, &mut random)).await {
            Ok(Ok(())) => tally.count(what),
            Ok(Err(problem)) => tally.problem(format!("{act:?}, {}: {problem}", question.text())),
            Err(_) => tally.problem(format!("{act:?}, {}: no end after {PATIENCE:?}", question.text())),
        }
    }
}

type Outcome<T = ()> = Result<T, String>;

struct Visitor {
    client: Client,
    base: String,
}

impl Visitor {
    async fn act(&self, act: Act, question: Question, random: &mut Random) -> Outcome {
        // Faults have a provider of their own, so that nothing that one answer brings on the provider touches another.
        let model = match question.doing {
            Doing::Answers => random.pick(&["openai/m", "anthropic/m", "gemini/m", "ollama/m"]),
            _ => "compatible/m",
        };
        let all = question.answer().concat();
        // A new one each time: the server keeps only the last few hundred.
        let conversation = self.conversation().await?;
        match act {
            Act::Reads => {
                let answer = self.follow(self.send(&conversation, question, model).await?, begun(), u64::MAX).await?;
                right(&answer, &all)?;
                self.stored(&conversation, &all).await
            }
            Act::Resumes => {
                let some = 1 + random.below(6);
                let mut answer = self.follow(self.send(&conversation, question, model).await?, begun(), some).await?;
                while !answer.is_ended() {
                    answer = self.resume(answer, 1 + random.below(100)).await?;
                }
                right(&answer, &all)
            }
            Act::Stops => {
                let answer = self.follow(self.send(&conversation, question, model).await?, begun(), 3).await?;
                let stop = self.client.delete(format!("{}/api/generations/{}", self.base, id(&answer)?)).send().await;
                let status = stop.map_err(|error| error.to_string())?.status();
                let answer = self.resume(answer, u64::MAX).await?;
                match answer.message.status {
                    MessageStatus::Stopped if all.starts_with(&answer.message.content) => Ok(()),
                    // It was faster.
                    MessageStatus::Complete => right(&answer, &all),
                    other => Err(format!("stopped ({status}), and is {other:?}: {:?}", answer.message.error)),
                }
            }
            Act::Leaves => {
                let answer = self.follow(self.send(&conversation, question, model).await?, begun(), 2).await?;
                let answer = self.resume(answer, u64::MAX).await?;
                right(&answer, &all)?;
                self.stored(&conversation, &all).await
            }
            Act::ReadsPlain => {
                let text = self.plain(question, model).await?.text().await.map_err(|error| error.to_string())?;
                if text == all { Ok(()) } else { Err(format!("{text:?} is not right")) }
            }
            Act::ReadsSlowly => {
                let mut response = self.plain(question, model).await?;
                let mut text = Vec::new();
                while let Some(piece) = response.chunk().await.map_err(|error| error.to_string())? {
                    text.extend_from_slice(&piece);
                    tokio::time::sleep(Duration::from_millis(random.below(100))).await;
                }
                if text == all.as_bytes() { Ok(()) } else { Err("what was read slowly is not right".into()) }
            }
            Act::ReadsWhole => {
                let body = json!({"model": model, "messages": [{"role": "user", "content": question.text()}]});
                let answer: Value = self.post("/v1/chat/completions", &body).await?.json().await.map_err(to_text)?;
                let text = answer["choices"][0]["message"]["content"].as_str();
                if text == Some(&all) { Ok(()) } else { Err(format!("{answer} is not right")) }
            }
            Act::LeavesPlain => {
                let mut response = self.plain(question, model).await?;
                response.chunk().await.map_err(to_text).map(drop)
            }
            Act::MeetsFault => {
                let answer = self.follow(self.send(&conversation, question, model).await?, begun(), u64::MAX).await?;
                match answer.message.status {
                    MessageStatus::Failed if all.starts_with(&answer.message.content) => Ok(()),
                    other => Err(format!("a fault ends as {other:?} with {:?}", answer.message.content)),
                }
            }
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Outcome<Response> {
        let response = self.client.post(format!("{}{path}", self.base)).json(body).send().await.map_err(to_text)?;
        accepted(response).await
    }

    async fn conversation(&self) -> Outcome<String> {
        let made: Value = self.post("/api/conversations", &json!({})).await?.json().await.map_err(to_text)?;
        made["id"].as_str().map(str::to_owned).ok_or_else(|| format!("{made} has no id"))
    }

    async fn send(&self, conversation: &str, question: Question, model: &str) -> Outcome<Response> {
        let body = json!({"content": question.text(), "model": model});
        self.post(&format!("/api/conversations/{conversation}/messages"), &body).await
    }

    async fn plain(&self, question: Question, model: &str) -> Outcome<Response> {
        self.post("/api/streaming-chat", &json!({"message": question.text(), "model": model})).await
    }

    /// Reads events to the end, or until so many have come; then the connection is dropped.
    async fn follow(&self, mut response: Response, mut answer: Transcript, most: u64) -> Outcome<Transcript> {
        let (mut decoder, mut read, mut problem) = (SseDecoder::new(), 0, None);
        while read < most && !answer.is_ended() {
            let piece = response.chunk().await.map_err(to_text)?.ok_or("the stream ended without an end")?;
            let taken = decoder.push(&piece, |frame| {
                let event = serde_json::from_str::<StreamEvent>(frame.data);
                match (frame.id.parse(), event) {
                    (Ok(number), Ok(event)) if number == answer.message.last_event_id + 1 => {
                        read += 1;
                        answer.apply(number, &event);
                    }
                    _ => problem = Some(format!("after event {}: {frame:?}", answer.message.last_event_id)),
                }
            });
            taken.map_err(|error| error.to_string())?;
            if let Some(problem) = problem {
                return Err(problem);
            }
        }
        Ok(answer)
    }

    async fn resume(&self, answer: Transcript, most: u64) -> Outcome<Transcript> {
        if answer.is_ended() {
            return Ok(answer);
        }
        let (id, after) = (id(&answer)?, answer.message.last_event_id);
        let url = format!("{}/api/generations/{id}/events?after={after}", self.base);
        let response = accepted(self.client.get(url).send().await.map_err(to_text)?).await?;
        self.follow(response, answer, most).await
    }

    /// Checks the last answer of the conversation as it is stored.
    async fn stored(&self, conversation: &str, text: &str) -> Outcome {
        let response = self.client.get(format!("{}/api/conversations/{conversation}", self.base)).send().await;
        let response = response.map_err(to_text)?;
        if response.status() == 404 {
            // The server keeps only so many.
            return Ok(());
        }
        let stored: Value = response.json().await.map_err(to_text)?;
        let last = stored["messages"].as_array().and_then(|messages| messages.last()).cloned().unwrap_or_default();
        if last["content"] == text { Ok(()) } else { Err(format!("what is stored is not right: {last}")) }
    }
}

fn to_text(error: reqwest::Error) -> String {
    format!("{error:?}")
}

async fn accepted(response: Response) -> Outcome<Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    Err(format!("{status}: {}", response.text().await.unwrap_or_default()))
}

fn begun() -> Transcript {
    Transcript::new(Message::answer(MessageId(uuid::Uuid::nil()), None, 0))
}

fn id(answer: &Transcript) -> Outcome<String> {
    answer.message.generation_id.map(|id| id.to_string()).ok_or_else(|| "the generation has no name".into())
}

fn right(answer: &Transcript, text: &str) -> Outcome {
    let message = &answer.message;
    if message.status == MessageStatus::Complete && message.content == text {
        return Ok(());
    }
    Err(format!("{:?} with {} of {} bytes: {:?}", message.status, message.content.len(), text.len(), message.error))
}
