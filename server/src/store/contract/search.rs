//! Search, in any script.

use super::*;

fn shown(parts: &[TextPart]) -> String {
    parts.iter().map(|part| if part.hit { format!("[{}]", part.text) } else { part.text.clone() }).collect()
}

pub(super) async fn search_finds_what_fits<S: Store>(store: &S) {
    let owner = owner();
    let (tea, coffee) = (conversation(store, &owner).await, conversation(store, &owner).await);
    let (_, answer) = add(store, &owner, turn(tea, question("How is green tea made?"), 3)).await;
    assert!(store.search(&owner, "steamed", 10, None).await.unwrap().hits.is_empty());
    let made = finish(store, &owner, tea, answer, "The leaves are steamed, and not like coffee.").await;
    let (_, answer) = add(store, &owner, turn(coffee, question("Coffee"), 4)).await;
    finish(store, &owner, coffee, answer, "A drink. \"Quoted\" AND a* NEAR(b) -c:d").await;
    let search = async |text: &str| store.search(&owner, text, 10, None).await.unwrap().hits;
    let hits = search("steam").await;
    assert_eq!((hits.len(), hits[0].conversation_id, hits[0].message_id), (1, tea, Some(made)));
    assert_eq!(shown(&hits[0].snippet), "The leaves are [steamed], and not like coffee.");
    assert!(search("steam ").await.is_empty(), "only the last word may be unfinished");
    let hits = search("coffee").await;
    assert_eq!(hits.iter().map(|hit| hit.conversation_id).collect::<Vec<_>>(), [coffee, tea], "titles come first");
    assert_eq!(shown(&hits[0].title), "[Coffee]");
    assert_eq!(search("\"green tea\"").await.len(), 1);
    assert!(search("\"tea green\"").await.is_empty());
    assert_eq!(search("tea green").await.len(), 1);
    assert!(search("tea coffee made").await.is_empty(), "all words are meant");
    for literal in ["\"Quoted\" AND", "a* NEAR(b)", "-c:d", "drink\"", "c:d ^ ' ; --", "NEAR(b"] {
        assert_eq!(search(literal).await.len(), 1, "{literal}");
    }
    for nothing in ["", " ", "\"\"", "*", "-", "AND OR"] {
        assert!(search(nothing).await.is_empty(), "{nothing}");
    }
    let first = store.search(&owner, "coffee", 1, None).await.unwrap();
    assert_eq!(first.hits.len(), 1);
    let second = store.search(&owner, "coffee", 1, first.next.as_deref()).await.unwrap();
    assert_eq!((second.hits[0].conversation_id, second.next), (tea, None));
    assert!(matches!(store.search(&owner, "coffee", 1, Some("x")).await, Err(StoreError::InvalidCursor)));
}

pub(super) async fn search_takes_any_script<S: Store>(store: &S) {
    let owner = owner();
    let texts = [
        ("北京今天的天气很好", &["天气", "今天", "北", "天气很"][..]),
        ("東京タワーへ行きました", &["東京", "タワー", "行き", "へ"]),
        ("오늘 학교에서 공부했어요", &["학교", "오늘", "공부", "학교에서"]),
        ("ذَهَبَ الوَلَدُ إلى المدرسة", &["الولد", "ذهب", "المدرسه", "إلى"]),
        ("Schöne Grüße aus der Straße", &["grusse", "GRÜSSE", "strasse", "schon", "Straße"]),
        ("Привет, как дела?", &["привет", "ДЕЛА", "дел"]),
        ("สวัสดีครับ", &["สวัสดี", "ครับ"]),
        ("नमस्ते दुनिया", &["नमस्ते", "दुनि"]),
        ("a crab 🦀 walks", &["🦀", "crab 🦀"]),
    ];
    let mut made = Vec::new();
    for (text, _) in texts {
        let id = conversation(store, &owner).await;
        add(store, &owner, turn(id, question(text), 3)).await;
        made.push(id);
    }
    for (id, (text, queries)) in made.into_iter().zip(texts) {
        for query in queries {
            let hits = store.search(&owner, query, 10, None).await.unwrap().hits;
            assert_eq!(hits.iter().map(|hit| hit.conversation_id).collect::<Vec<_>>(), [id], "{query} in {text}");
            assert!(hits[0].snippet.iter().any(|part| part.hit), "{query} in {text}");
        }
    }
}
