//! A formula: as it is written while it is being written, then as the server makes MathML of it.

use crate::{
    browser::{element, http, time},
    erased::effect,
    server_rendered::ServerRendered,
};
use leptos::{html, prelude::*, task::spawn_local};
use protocol::formula::{Formula, MathMl};
use std::{cell::RefCell, collections::HashMap, time::Duration};

/// A formula that stays the same for so long is whole.
const PAUSE: Duration = Duration::from_millis(400);

/// How often a formula is asked for, where the server has no time for it.
const TRIES: usize = 10;

/// What the server has made of a formula; none while that is not known.
type Made = ArcRwSignal<Option<String>>;

thread_local! {
    /// The formulas of this page: one that is drawn again, as a paragraph grows, is not asked for again.
    static KNOWN: RefCell<HashMap<Formula, Made>> = RefCell::default();
}

/// A formula.
#[component]
pub fn MathFormula(
    /// The TeX.
    tex: String,
    /// Whether it stands on a line of its own.
    display: bool,
) -> impl IntoView {
    let node = NodeRef::<html::Span>::new();
    let rendered = use_context::<ServerRendered>().and_then(|rendered| (rendered.math)(&tex, display));
    // What is read out while the answer is written.
    let tex_read = tex.clone();
    let formula = Formula { tex, display };
    let known = KNOWN.with_borrow(|known| known.get(&formula).cloned());
    // What has come of an earlier drawing is shown at once.
    let made = known.unwrap_or_else(|| ArcRwSignal::new(None));
    let is_alive = ArcStoredValue::new(true);
    on_cleanup({
        let is_alive = is_alive.clone();
        move || is_alive.set_value(false)
    });
    let source = source(&formula.tex);
    let shown = made.clone();
    effect(move |_: Option<()>| {
        // What the server has rendered is there already.
        let is_there = node.get_untracked().is_none_or(|node| element::find(&node, "math").is_some());
        let known = KNOWN.with_borrow(|known| known.contains_key(&formula));
        if !is_there && !known {
            spawn_local(ask(formula.clone(), made.clone(), is_alive.clone()));
        }
    });
    // Safe for what a model says: MathML of listed elements and attributes only (`server/src/mathml.rs`), or escaped text.
    let html = move || shown.get().or_else(|| rendered.clone()).unwrap_or_else(|| source.clone());
    let class = if display { "formula formula--display" } else { "formula" };
    // One that is wider than the screen is scrolled, by keyboard too.
    view! { <span class=class node_ref=node data-tex=tex_read tabindex=display.then_some("0") inner_html=html></span> }
}

/// The TeX as HTML in which it is nothing but text.
fn source(tex: &str) -> String {
    format!("<code>{}</code>", tex.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

async fn ask(formula: Formula, made: Made, is_alive: ArcStoredValue<bool>) {
    time::sleep(PAUSE).await;
    if !is_alive.get_value() || KNOWN.with_borrow(|known| known.contains_key(&formula)) {
        return;
    }
    KNOWN.with_borrow_mut(|known| known.insert(formula.clone(), made.clone()));
    for _ in 0..TRIES {
        match http::post::<MathMl>("/api/math", &formula, "math").await {
            Ok(MathMl { mathml: Some(mathml) }) => return made.set(Some(mathml)),
            // It stays as it is written.
            Ok(MathMl { mathml: None }) => return,
            Err(error) => match error.pause() {
                Some(pause) => time::sleep(pause).await,
                None => break,
            },
        }
    }
    KNOWN.with_borrow_mut(|known| drop(known.remove(&formula)));
}
