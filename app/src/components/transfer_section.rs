//! Conversations as files: all of them out, others in.

use super::explained_text::explained_text;
use crate::{
    browser::{element, file::ChosenFile, time},
    conversations::{
        list::Conversations,
        transfer::{self, EXPORT_ALL},
    },
    erased::{effect, memo},
    words::{self, Explained},
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
    Failed(Explained),
}

/// How an import stands. Copying it gives the same one.
#[derive(Debug, Clone, Copy)]
pub struct ImportState(RwSignal<Import>);

impl ImportState {
    /// Nothing is being imported.
    pub fn none() -> Self {
        Self(RwSignal::new(Import::None))
    }

    /// Only one that is under way is told of later.
    pub(super) fn forget_what_has_ended(self) {
        if !self.is_under_way() {
            self.0.set(Import::None);
        }
    }

    fn is_under_way(self) -> bool {
        untrack(|| self.0.with(|import| matches!(import, Import::UnderWay(_))))
    }
}

/// A part of the settings: an archive of everything to be had, a file to be taken in.
#[component]
pub fn TransferSection(
    /// The list, which what comes in is to be seen in.
    conversations: Conversations,
    /// Where it is kept how an import stands.
    import: ImportState,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let ImportState(import) = import;
    let chosen = move |_| {
        let Some(file) = input.get_untracked().and_then(|input| ChosenFile::take_from(&input)) else { return };
        import.set(Import::UnderWay(file.name()));
        spawn_local(async move {
            import.set(match transfer::import(&file).await {
                Ok(report) => Import::Done(report),
                Err(error) => Import::Failed(error.explained()),
            });
            conversations.begin_anew().await;
        });
    };
    // What comes of it stands below what was in sight.
    let outcome = NodeRef::<html::Div>::new();
    effect(move |_| {
        if let Some(outcome) = outcome.get()
            && import.with(|import| !matches!(import, Import::None))
        {
            time::on_next_frame(move || element::bring_into_view(&outcome));
        }
    });
    let busy = memo(move || import.with(|import| matches!(import, Import::UnderWay(_))));
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            element::click(&input);
        }
    };
    view! {
        <section class="settings-dialog__section" aria-labelledby="transfer-title">
            <h3 id="transfer-title">{words::your_conversations()}</h3>
            <p class="settings-dialog__hint">
                {words::transfer_note()}
            </p>
            <div class="transfer-section__actions">
                <a class="button" href=EXPORT_ALL download="" rel="external">{words::export_everything()}</a>
                <button type="button" class="button" disabled=move || busy.get() on:click=choose>{words::import_file()}</button>
                <input node_ref=input type="file" hidden aria-label=words::file_to_import() accept=".json,.jsonl,.gz,.zip" on:change=chosen />
            </div>
            <div node_ref=outcome role="status">{move || report(import.get())}</div>
        </section>
    }
}

fn report(import: Import) -> Option<AnyView> {
    match import {
        Import::None => None,
        Import::UnderWay(name) => Some(view! { <p>{words::importing(&name)}</p> }.into_any()),
        Import::Failed(Explained { sentence, detail }) => {
            let explained = Explained { sentence: words::nothing_imported(&sentence), detail };
            Some(view! { <p class="dialog__problem">{explained_text(explained)}</p> }.into_any())
        }
        Import::Done(report) => Some(
            view! {
                <p>{words::imported(report.imported)}</p>
                {notes(words::left_out, report.skipped_count, report.skipped)}
                {notes(words::not_whole, report.incomplete_count, report.incomplete)}
            }
            .into_any(),
        ),
    }
}

/// Conversations of which something is to be said, folded away.
fn notes(head: fn(u64) -> String, count: u64, notes: Vec<ImportNote>) -> Option<AnyView> {
    let named = notes.len().min(MOST_NAMED);
    let more = count.saturating_sub(named as u64);
    // The server gives its reasons in English.
    let lines = notes.into_iter().take(named).map(|note| {
        let title = if note.title.is_empty() { words::untitled().to_owned() } else { note.title };
        view! { <li><strong dir="auto">{title}</strong>": "<span lang="en" dir="ltr">{note.reason}</span></li> }
    });
    let list = view! {
        <details class="transfer-section__notes">
            <summary>{head(count)}</summary>
            <ul>
                {lines.collect_view()}
                {(more > 0).then(|| view! { <li>{words::and_more(more)}</li> })}
            </ul>
        </details>
    };
    (count > 0).then(|| list.into_any())
}
