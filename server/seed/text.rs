//! Text that nobody has written, in several scripts: words of a small vocabulary, the first far more often than the last, as in real
//! text, with punctuation, lists and code.

use crate::names::rare_word;
use fastrand::Rng;

/// In which script, and which language, a conversation is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Script {
    /// The words, the most common first.
    vocabulary: &'static [&'static str],
    between: &'static str,
    stop: &'static str,
}

const fn script(vocabulary: &'static [&'static str], between: &'static str, stop: &'static str) -> Script {
    Script { vocabulary, between, stop }
}

/// Half of them in Latin letters, as in most people's chats.
const SCRIPTS: [Script; 10] = [
    script(ENGLISH, " ", ". "),
    script(ENGLISH, " ", "? "),
    script(ENGLISH, " ", ".\n\n"),
    script(GERMAN, " ", ". "),
    script(FRENCH, " ", ". "),
    script(RUSSIAN, " ", ". "),
    script(ARABIC, " ", "، "),
    script(CHINESE, "", "。"),
    script(JAPANESE, "", "。"),
    script(KOREAN, " ", ". "),
];

const ENGLISH: &[&str] = &[
    "the",
    "of",
    "and",
    "a",
    "to",
    "in",
    "is",
    "it",
    "that",
    "river",
    "for",
    "with",
    "as",
    "water",
    "on",
    "this",
    "be",
    "can",
    "from",
    "which",
    "stream",
    "how",
    "what",
    "model",
    "answer",
    "question",
    "works",
    "because",
    "first",
    "then",
    "often",
    "between",
    "large",
    "small",
    "memory",
    "function",
    "returns",
    "value",
    "server",
    "browser",
    "while",
    "token",
    "bridge",
    "mountain",
    "valley",
    "delta",
    "estuary",
    "sediment",
    "meander",
    "watershed",
    "tributary",
    "oxbow",
    "hydrology",
    "turbine",
    "salmon",
    "heron",
    "limestone",
];
const GERMAN: &[&str] = &[
    "der",
    "die",
    "und",
    "in",
    "das",
    "ist",
    "nicht",
    "ein",
    "zu",
    "mit",
    "Fluss",
    "Wasser",
    "auf",
    "für",
    "über",
    "größer",
    "Straße",
    "Brücke",
    "Täler",
    "Mündung",
    "Gewässer",
    "fließt",
    "während",
    "Antwort",
    "Frage",
    "Speicher",
    "Übung",
    "Donaudampfschifffahrt",
];
const FRENCH: &[&str] = &[
    "de",
    "la",
    "le",
    "et",
    "les",
    "des",
    "en",
    "un",
    "une",
    "est",
    "que",
    "rivière",
    "fleuve",
    "eau",
    "où",
    "très",
    "réponse",
    "modèle",
    "mémoire",
    "forêt",
    "à",
    "été",
    "naïf",
    "cœur",
    "vallée",
    "l’embouchure",
    "château",
    "ça",
];
const RUSSIAN: &[&str] = &[
    "и",
    "в",
    "не",
    "на",
    "что",
    "река",
    "вода",
    "это",
    "как",
    "от",
    "ответ",
    "вопрос",
    "память",
    "течёт",
    "море",
    "берег",
    "долина",
    "самая",
    "длинная",
    "модель",
    "сервер",
    "Волга",
    "ещё",
    "всё",
];
const ARABIC: &[&str] = &[
    "في",
    "من",
    "على",
    "إلى",
    "النهر",
    "الماء",
    "هذا",
    "أن",
    "كيف",
    "ما",
    "الجواب",
    "السؤال",
    "الذاكرة",
    "البحر",
    "الوادي",
    "أطول",
    "العالم",
    "نموذج",
    "يجري",
    "جسر",
];
const CHINESE: &[&str] = &[
    "的", "是", "在", "河流", "水", "一個", "我們", "可以", "什麼", "因為", "長江", "黃河", "山谷", "大海", "模型",
    "答案", "問題", "記憶", "函數", "最長", "世界", "流過", "橋",
];
const JAPANESE: &[&str] = &[
    "の",
    "は",
    "を",
    "に",
    "川",
    "水",
    "これ",
    "です",
    "ます",
    "流れ",
    "答え",
    "質問",
    "モデル",
    "メモリ",
    "世界",
    "一番",
    "長い",
    "海",
    "橋",
    "関数",
    "とても",
    "サーバー",
];
const KOREAN: &[&str] = &[
    "강은",
    "물이",
    "그리고",
    "에서",
    "이것은",
    "가장",
    "긴",
    "세계",
    "대답",
    "질문",
    "모델",
    "메모리",
    "바다로",
    "흐른다",
    "다리",
    "함수",
    "서버",
    "한강",
];

impl Script {
    pub(crate) fn pick(rng: &mut Rng) -> Self {
        SCRIPTS[rng.usize(..SCRIPTS.len())]
    }

    /// A word; the tenth is about a tenth as common as the first.
    fn word(self, rng: &mut Rng) -> &'static str {
        let most = self.vocabulary.len() as f64;
        let rank = most.powf(rng.f64()) - 1.0;
        self.vocabulary[(rank as usize).min(self.vocabulary.len() - 1)]
    }
}

/// So many words, with what stands between.
pub(crate) fn words(rng: &mut Rng, script: Script, count: usize) -> String {
    let mut text = String::with_capacity(count * 7);
    for number in 0..count {
        text.push_str(script.word(rng));
        text.push_str(match rng.u8(..) {
            _ if number + 1 == count => script.stop.trim_end(),
            0..=15 => script.stop,
            16..=17 => ":\n\n- ",
            18 => "\n\n```rust\nlet stream = river.flow();\n```\n\n",
            19 => " 🌊 ",
            20..=22 => " **2,850 km** ",
            _ => script.between,
        });
    }
    text
}

/// A title of a few words.
pub(crate) fn title(rng: &mut Rng, script: Script) -> String {
    let count = rng.usize(2..6);
    let words: Vec<_> = (0..count).map(|_| script.word(rng)).collect();
    words.join(script.between)
}

/// The text with the word that only this conversation has.
pub(crate) fn marked(mut text: String, number: Option<usize>) -> String {
    if let Some(number) = number {
        text.push_str(&format!(" {}", rare_word(number)));
    }
    text
}
