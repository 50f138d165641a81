//! Conversations as files: all of them out, others in.

use crate::{
    browser::{element, file::ChosenFile},
    conversations::{
        list::Conversations,
        transfer::{self, EXPORT_ALL},
    },
    erased::memo,
};
use leptos::{html, prelude::*, task::spawn_local};
use protocol::transfer::{ImportNote, ImportReport};

/// The most conversations that are named of those that did not come in, or not whole.
const MOST_NAMED: usize = 20;

/// How an import stands.
#[derive(Debug, Clone)]
enum Import {
    None,
    /// The file of this name is being sent.
    UnderWay(String),
    Done(ImportReport),
    Failed(String),
}

/// A part of the settings: an archive of everything to be had, a file to be taken in.
#[component]
pub fn TransferSection(
    /// The list, which what comes in is to be seen in.
    conversations: Conversations,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let import = RwSignal::new(Import::None);
    let chosen = move |_| {
        let Some(file) = input.get_untracked().and_then(|input| ChosenFile::take_from(&input)) else { return };
        import.set(Import::UnderWay(file.name()));
        spawn_local(async move {
            import.set(match transfer::import(&file).await {
                Ok(report) => Import::Done(report),
                Err(error) => Import::Failed(error.words().to_owned()),
            });
            conversations.begin_anew().await;
        });
    };
    let busy = memo(move || import.with(|import| matches!(import, Import::UnderWay(_))));
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            element::click(&input);
        }
    };
    view! {
        <section class="transfer-section" aria-labelledby="transfer-title">
            <h3 id="transfer-title">"Your conversations"</h3>
            <p class="transfer-section__hint">
                "Imports Rivulet’s own files, and the exports of ChatGPT and Open WebUI. Nothing that is here is changed."
            </p>
            <div class="transfer-section__actions">
                <a class="button" href=EXPORT_ALL download="" rel="external">"Export everything"</a>
                <button type="button" class="button" disabled=move || busy.get() on:click=choose>"Import a file…"</button>
                <input node_ref=input type="file" hidden aria-label="File to import" accept=".json,.jsonl,.gz,.zip" on:change=chosen />
            </div>
            <div role="status">{move || report(import.get())}</div>
        </section>
    }
}

fn report(import: Import) -> Option<AnyView> {
    match import {
        Import::None => None,
        Import::UnderWay(name) => Some(view! { <p>{format!("Importing {name}…")}</p> }.into_any()),
        Import::Failed(words) => {
            Some(view! { <p class="dialog__problem">{format!("Nothing was imported. {words}")}</p> }.into_any())
        }
        Import::Done(report) => Some(
            view! {
                <p>{came_in(&report)}</p>
                {notes("left out", report.skipped_count, report.skipped)}
                {notes("not whole", report.incomplete_count, report.incomplete)}
            }
            .into_any(),
        ),
    }
}

fn came_in(report: &ImportReport) -> String {
    match report.imported {
        1 => "1 conversation was imported.".to_owned(),
        imported => format!("{imported} conversations were imported."),
    }
}

/// Conversations of which something is to be said, folded away.
fn notes(what: &str, count: u64, notes: Vec<ImportNote>) -> Option<AnyView> {
    let named = notes.len().min(MOST_NAMED);
    let more = count.saturating_sub(named as u64);
    let lines = notes.into_iter().take(named).map(|note| {
        let title = if note.title.is_empty() { "Untitled".to_owned() } else { note.title };
        view! { <li><strong>{title}</strong>": "{note.reason}</li> }
    });
    let list = view! {
        <details class="transfer-section__notes">
            <summary>{format!("{count} {what}")}</summary>
            <ul>
                {lines.collect_view()}
                {(more > 0).then(|| view! { <li>{format!("and {more} more")}</li> })}
            </ul>
        </details>
    };
    (count > 0).then(|| list.into_any())
}
