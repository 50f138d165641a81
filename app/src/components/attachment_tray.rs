//! Files for the next question: chosen, dropped or pasted, seen before they are sent, and taken away again.

use super::{
    explained_text::explained_text,
    icon::{Drawing, Icon},
};
use crate::{
    browser::{connection::Listener, file::ChosenFile},
    chat::{
        attachments::{Upload, UploadProblem, UploadState},
        handle::StreamingChatHandle,
    },
    erased::{For, Show, effect, memo},
    model_names::ModelNames,
    words::{self, Explained},
};
use leptos::{ev, prelude::*};
use protocol::attachment::IMAGE_TYPES;

/// The button that chooses files. The input does what a button would; its label is what is seen.
#[component]
pub fn AttachmentButton(
    /// The chat.
    chat: StreamingChatHandle,
) -> impl IntoView {
    let models = ModelNames::of_page();
    let chosen = move |event: ev::Event| {
        let files = ChosenFile::take_all(&event_target(&event));
        chat.attach(files, models.limits());
    };
    view! {
        <label class="icon-button attachment-button" title=words::attach_files() on:click=|event| event.stop_propagation()>
            <input type="file" multiple=true class="visually-hidden" aria-label=words::attach_files() on:change=chosen />
            <Icon drawing=Drawing::Attach />
        </label>
    }
}

/// The files that were chosen, and the place to drop others.
#[component]
pub fn AttachmentTray(
    /// The chat.
    chat: StreamingChatHandle,
) -> impl IntoView {
    let models = ModelNames::of_page();
    let dragging = RwSignal::new(false);
    take_dropped(chat, models, dragging);
    let blind = memo(move || {
        let is_image = |upload: &Upload| match upload.state.get() {
            UploadState::Ready(attachment) => attachment.is_image(),
            _ => IMAGE_TYPES.contains(&upload.kind().as_str()),
        };
        let model = chat.settings.with(|settings| settings.model.clone()).unwrap_or_else(|| models.default_model());
        let sees_nothing =
            chat.uploads.with(|uploads| uploads.iter().any(is_image)) && models.sees_images(&model) == Some(false);
        sees_nothing.then(|| words::model_sees_no_images(&models.model(&model)))
    });
    view! {
        <Show when=move || !chat.uploads.with(Vec::is_empty)>
            <ul class="attachment-tray" aria-label=words::attached_files() on:click=|event| event.stop_propagation()>
                <For each=move || chat.uploads.get() key=|upload| upload.key children=move |upload| chip(chat, models, upload) />
            </ul>
        </Show>
        <p class="attachment-tray__note" role="status">{move || blind.get()}</p>
        <Show when=move || dragging.get()>
            <div class="drop-target" aria-hidden="true"><span>{words::drop_files()}</span></div>
        </Show>
    }
}

fn chip(chat: StreamingChatHandle, models: ModelNames, upload: Upload) -> AnyView {
    let Upload { key, name, state, .. } = upload;
    let label = words::remove_file(&name);
    let shown = name.clone();
    let detail = move || {
        match state.get() {
        UploadState::Sending(hundredths) => view! {
            <progress class="attachment-tray__progress" max="100" value=hundredths aria-label=words::sending_file(&shown)></progress>
        }
        .into_any(),
        UploadState::Ready(file) => {
            let picture = file.is_image().then(|| {
                let address = chat.address_of(&file);
                view! { <img class="attachment-tray__image" src=address alt="" /> }
            });
            view! {
                {picture}
                <span class="attachment-tray__size">{words::size(file.size)}</span>
            }
            .into_any()
        }
        UploadState::Failed(problem) => {
            let again = problem.may_pass().then(|| {
                view! {
                    <button type="button" class="button" on:click=move |_| chat.upload_again(key, models.limits())>
                        {words::try_again()}
                    </button>
                }
            });
            view! {
                <span class="attachment-tray__problem" role="alert">{explained_text(said(&problem))}</span>
                {again}
            }
            .into_any()
        }
    }
    };
    view! {
        <li class="attachment-tray__file">
            <bdi class="attachment-tray__name">{name}</bdi>
            {move || detail()}
            <button type="button" class="icon-button" aria-label=label.clone() title=label on:click=move |_| chat.detach(key)>
                <Icon drawing=Drawing::Close />
            </button>
        </li>
    }
    .into_any()
}

fn said(problem: &UploadProblem) -> Explained {
    let own = match problem {
        UploadProblem::TooLarge(most) => words::file_too_large(&words::size(*most)),
        UploadProblem::TooMany(most) => words::too_many_files(&most.to_string()),
        UploadProblem::TooMuch(most) => words::files_too_much(&words::size(*most)),
        UploadProblem::TextTooLarge(most) => words::text_too_large(&words::size(*most)),
        UploadProblem::Unusable(why) => (*why).to_owned(),
        UploadProblem::Refused(error) => return words::explained(error),
        UploadProblem::Broken => words::server_unreachable().to_owned(),
    };
    Explained::own(&own)
}

/// Files may be dropped anywhere on the page: what misses must not make the browser leave it.
fn take_dropped(chat: StreamingChatHandle, models: ModelNames, dragging: RwSignal<bool>) {
    effect(move |_| {
        let over = window_event_listener(ev::dragover, move |event| {
            if ChosenFile::are_dragged(&event) {
                event.prevent_default();
                if !dragging.get_untracked() {
                    dragging.set(true);
                }
            }
        });
        let left = window_event_listener(ev::dragleave, move |event| {
            // What is left for something else on the page is not left.
            if event.related_target().is_none() && dragging.get_untracked() {
                dragging.set(false);
            }
        });
        let dropped = window_event_listener(ev::drop, move |event| {
            dragging.set(false);
            if ChosenFile::are_dragged(&event) {
                event.prevent_default();
                chat.attach(ChosenFile::all_in(&event, "dataTransfer"), models.limits());
            }
        });
        [over, left, dropped].map(|listener| Listener(Some(listener)))
    });
}
