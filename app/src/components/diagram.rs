//! A diagram, drawn of its source in a sandboxed frame ([why so](../../../docs/decisions/0020-diagrams-in-a-frame.md)).

use super::appearance::Appearance;
use crate::{
    browser::{connection::Listener, frame, time},
    erased::{Show, effect},
    words,
};
use leptos::{ev, html, prelude::*, task::spawn_local};
use std::time::Duration;

/// What draws diagrams. The page fetches it when the first one is to be drawn, and hands it to the frames.
const LIBRARY: &str = "/vendor/mermaid-tiny-11.17.2/mermaid.tiny.js";

/// How long a drawing may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The least and the most height of a drawing, in pixels; what is higher is scrolled.
const HEIGHTS: (u32, u32) = (48, 1200);

/// How much of what the library says of a source is shown, in characters.
const LONGEST_REASON: usize = 300;

/// How far a drawing has come.
#[derive(Debug, Clone, PartialEq)]
pub enum DiagramState {
    /// Nobody wants to see it.
    Unasked,
    /// It is on its way.
    Awaited,
    /// It is there.
    Drawn,
    /// The source cannot be drawn; the library says why.
    Broken(String),
    /// What draws cannot be reached.
    Unreached,
}

impl DiagramState {
    /// After its button was pressed.
    #[must_use]
    pub fn turned(&self) -> Self {
        if *self == Self::Unasked { Self::Awaited } else { Self::Unasked }
    }

    fn words(&self) -> &'static str {
        match self {
            Self::Unasked => "",
            Self::Awaited => words::diagram_comes(),
            Self::Drawn => words::diagram_shown(),
            Self::Broken(_) => words::diagram_broken(),
            Self::Unreached => words::diagram_unreached(),
        }
    }
}

/// The frame with the drawing, and what there is to say of it.
#[component]
pub fn Diagram(
    /// Gives the source.
    source: Callback<(), String>,
    /// How far the drawing has come.
    state: RwSignal<DiagramState>,
) -> impl IntoView {
    let node = NodeRef::<html::Iframe>::new();
    let height = RwSignal::new(0);
    // The frame has what it needs to draw.
    let can_draw = RwSignal::new(false);
    let appearance = use_context::<Appearance>();
    effect(move |_: Option<Option<Listener>>| {
        let frame = node.get()?;
        let hear = move |message: ev::MessageEvent| {
            let words = frame::heard(&frame, &message).unwrap_or_default();
            match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                ["ready"] => spawn_local(equip(node, state, can_draw)),
                ["drawn", pixels] => {
                    if let Ok(pixels) = pixels.parse::<u32>() {
                        height.set(pixels.clamp(HEIGHTS.0, HEIGHTS.1));
                        state.set(DiagramState::Drawn);
                    }
                }
                ["failed", reason] => state.set(DiagramState::Broken(reason.chars().take(LONGEST_REASON).collect())),
                _ => {}
            }
        };
        Some(Listener(Some(window_event_listener(ev::message, hear))))
    });
    effect(move |_| {
        let theme = appearance.map(Appearance::theme).unwrap_or_default();
        if let (true, Some(frame)) = (can_draw.get(), node.get_untracked()) {
            let (name, language) = (words::diagram(), words::language().tag());
            frame::say(&frame, &["draw", &source.run(()), &theme, name, language]);
        }
    });
    effect(move |_| {
        spawn_local(async move {
            time::sleep(PATIENCE).await;
            // It may be gone by then, or another one.
            let is_here = can_draw.try_get_untracked().is_some();
            if is_here && state.get_untracked() == DiagramState::Awaited {
                state.set(DiagramState::Unreached);
            }
        });
    });
    let reason = move || match state.get() {
        DiagramState::Broken(reason) => reason,
        _ => String::new(),
    };
    view! {
        <p class="diagram__said" class:visually-hidden=move || state.get() == DiagramState::Drawn role="status">
            {move || state.with(DiagramState::words)}
        </p>
        <Show when=move || !reason().is_empty()><pre class="diagram__reason" dir="ltr" tabindex="0" aria-label=words::diagram_broken()>{reason}</pre></Show>
        <iframe class="diagram" node_ref=node sandbox="allow-scripts" src="/diagram" title=words::diagram() height=move || height.get().to_string()></iframe>
    }
}

/// Hands the frame what draws.
async fn equip(node: NodeRef<html::Iframe>, state: RwSignal<DiagramState>, can_draw: RwSignal<bool>) {
    let library = frame::fetch_text(LIBRARY).await;
    let Some(frame) = node.try_get_untracked().flatten() else { return };
    match library {
        Some(library) => {
            frame::hand_over(&frame, "library", &library);
            can_draw.set(true);
        }
        None => state.set(DiagramState::Unreached),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_draws_is_there_with_its_licence() {
        let file = format!("{}/../public{LIBRARY}", env!("CARGO_MANIFEST_DIR"));
        let library = std::fs::read_to_string(&file).expect(&file);
        assert!(library.contains("globalThis[\"mermaid\"]"));
        assert!(std::path::Path::new(&file).with_file_name("LICENSE").is_file());
    }

    #[test]
    fn its_button_turns_it_on_and_off() {
        assert_eq!(DiagramState::Unasked.turned(), DiagramState::Awaited);
        for state in [DiagramState::Awaited, DiagramState::Drawn, DiagramState::Broken("x".into())] {
            assert_eq!(state.turned(), DiagramState::Unasked);
        }
    }
}
