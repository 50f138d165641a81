//! Conversations as files: all of them out, others in.

use crate::{
    browser::{element, file::ChosenFile},
    conversations::{
        list::Conversations,
        transfer::{self, EXPORT_ALL, ImportReport},
    },
};
use leptos::{html, prelude::*, task::spawn_local};

/// The most conversations that did not come in of which it is said why.
const MOST_REASONS: usize = 20;

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
            conversations.refresh().await;
        });
    };
    let busy = Memo::new(move |_| import.with(|import| matches!(import, Import::UnderWay(_))));
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
        Import::Done(ImportReport { imported, skipped }) => {
            let more = skipped.len().saturating_sub(MOST_REASONS);
            let came = match imported {
                1 => "1 conversation was imported.".to_owned(),
                imported => format!("{imported} conversations were imported."),
            };
            let left = (!skipped.is_empty()).then(|| {
                let count = skipped.len();
                let reasons = skipped.into_iter().take(MOST_REASONS).map(|one| {
                    let title = if one.title.is_empty() { "Untitled".to_owned() } else { one.title };
                    view! { <li><strong>{title}</strong>" — "{one.reason}</li> }
                });
                view! {
                    <details class="transfer-section__skipped">
                        <summary>{format!("{count} left out")}</summary>
                        <ul>
                            {reasons.collect_view()}
                            {(more > 0).then(|| view! { <li>{format!("and {more} more")}</li> })}
                        </ul>
                    </details>
                }
            });
            Some(view! { <p>{came}</p> {left} }.into_any())
        }
    }
}
