//! Shortcuts, their sheet, and commands in the search.

use super::{
    conversation::{find, forget_all, press, until, with_actions},
    fake_server::FakeServer,
};
use crate::{
    browser::time::sleep,
    components::{
        appearance::{Appearance, AppearanceSection},
        commands::{Command, Commands, Dialogs},
        composer::Composer,
        search_dialog::SearchDialog,
        shortcut_sheet::ShortcutSheet,
        sidebar::SidebarState,
    },
};
use leptos::prelude::*;
use protocol::conversation::ConversationList;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, HtmlElement, HtmlInputElement, KeyboardEvent, KeyboardEventInit};

/// A page with all that commands are for.
fn in_page() -> (Commands, HtmlElement, StoredValue<Vec<String>>, impl Drop) {
    forget_all();
    with_actions(ConversationList::default(), |actions| {
        let (dialogs, appearance) = (Dialogs::closed(), Appearance::of_page());
        let commands = Commands { actions, sidebar: SidebarState::of_page(), dialogs, appearance };
        commands.listen();
        let view = view! {
            <Composer chat=actions.chat placeholder="" />
            <button class="elsewhere">"elsewhere"</button>
            <SearchDialog actions open=dialogs.search commands />
            <ShortcutSheet open=dialogs.shortcuts />
            <AppearanceSection appearance />
        };
        (commands, view)
    })
}

/// Presses keys on an element; whether anybody took them.
fn keys(on: &HtmlElement, key: &str, control: bool, shift: bool) -> bool {
    let init = KeyboardEventInit::new();
    init.set_key(key);
    init.set_ctrl_key(control);
    init.set_shift_key(shift);
    init.set_bubbles(true);
    init.set_cancelable(true);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
    on.dispatch_event(&event).unwrap();
    event.default_prevented()
}

fn root_attribute(name: &str) -> Option<String> {
    document().document_element().unwrap().get_attribute(name)
}

#[wasm_bindgen_test]
async fn shortcuts_do_what_the_sheet_says() {
    let _server = FakeServer::new([]);
    let (commands, place, gone, _handle) = in_page();
    sleep(Duration::from_millis(30)).await;
    let elsewhere = find(&place, ".elsewhere").unwrap();
    let area = find(&place, "textarea").unwrap();
    assert!(!keys(&area, "?", false, true), "while one types it is a question mark");
    assert!(find(&place, ".shortcut-sheet[open]").is_none());
    assert!(keys(&elsewhere, "?", false, true));
    until(|| find(&place, ".shortcut-sheet[open] dl").is_some()).await;
    let sheet = find(&place, ".shortcut-sheet").unwrap().text_content().unwrap();
    for command in Command::ALL.into_iter().filter(|command| !command.keys().is_empty()) {
        assert!(sheet.contains(command.name()), "{}", command.name());
    }
    assert!(!keys(&elsewhere, "O", true, true), "a dialog has its keys for itself");
    commands.dialogs.shortcuts.set(false);
    until(|| find(&place, ".shortcut-sheet[open]").is_none()).await;
    assert!(keys(&area, "O", true, true) && gone.get_value() == ["/"]);
    elsewhere.focus().unwrap();
    assert!(keys(&elsewhere, "Escape", false, true));
    assert!(document().active_element().unwrap().is_same_node(Some(&area)));
    assert!(!keys(&area, "o", true, false), "without Shift it is the browser's");
    assert!(keys(&area, "/", true, false), "this one works everywhere");
    until(|| find(&place, ".shortcut-sheet[open]").is_some()).await;
}

#[wasm_bindgen_test]
async fn a_dialog_that_is_opened_again_at_once_stays_open() {
    let _server = FakeServer::new([]);
    let (commands, place, _, _handle) = in_page();
    let (open, is_open) = (commands.dialogs.shortcuts, || find(&place, ".shortcut-sheet[open]").is_some());
    open.set(true);
    until(is_open).await;
    open.set(false);
    // The browser says that it has closed only after what is under way, of which this is a part.
    leptos::task::tick().await;
    assert!(!is_open());
    open.set(true);
    sleep(Duration::from_millis(100)).await;
    assert!(is_open() && open.get_untracked());
}

#[wasm_bindgen_test]
async fn single_keys_can_be_turned_off() {
    let _server = FakeServer::new([]);
    let (_, place, _, _handle) = in_page();
    sleep(Duration::from_millis(30)).await;
    let elsewhere = find(&place, ".elsewhere").unwrap();
    crate::components::commands::set_single_keys(false);
    assert!(!keys(&elsewhere, "?", false, true));
    crate::components::commands::set_single_keys(true);
    assert!(keys(&elsewhere, "?", false, true));
}

#[wasm_bindgen_test]
async fn a_command_is_found_by_its_name_and_run_by_enter() {
    let server = FakeServer::new([]);
    let (_, place, _, _handle) = in_page();
    sleep(Duration::from_millis(30)).await;
    assert!(keys(&find(&place, "textarea").unwrap(), "k", true, false));
    until(|| find(&place, ".search-dialog input:focus").is_some()).await;
    let input: HtmlInputElement = find(&place, ".search-dialog input").unwrap().unchecked_into();
    let options = || {
        let found = place.query_selector_all("[role=option]").unwrap();
        (0..found.length()).filter_map(|at| found.get(at)?.text_content()).collect::<Vec<_>>()
    };
    assert!(options().iter().any(|option| option.starts_with("New chat")), "{:?}", options());
    assert!(!options().iter().any(|option| option.starts_with("Share")), "there is no conversation");
    input.set_value(">theme switch");
    input.dispatch_event(&Event::new("input").unwrap()).unwrap();
    until(|| options().len() == 1).await;
    assert!(options()[0].starts_with("Switch theme"));
    let before = root_attribute("data-theme");
    press(&input, "Enter");
    until(|| root_attribute("data-theme") != before).await;
    assert!(find(&place, ".search-dialog[open]").is_none());
    assert!(server.lines().is_empty(), "what begins with > is not looked for: {:?}", server.lines());
}

#[wasm_bindgen_test]
async fn what_is_chosen_stands_on_the_root_and_in_a_cookie() {
    let _server = FakeServer::new([]);
    let (_, place, _, _handle) = in_page();
    sleep(Duration::from_millis(30)).await;
    let choose = |name: &str, value: &str| {
        find(&place, &format!("input[name={name}][value='{value}']")).unwrap().click();
        root_attribute(name)
    };
    let cookies = || document().unchecked_into::<web_sys::HtmlDocument>().cookie().unwrap();
    assert_eq!(choose("data-density", "compact").as_deref(), Some("compact"));
    assert_eq!(choose("data-text-size", "large").as_deref(), Some("large"));
    assert_eq!(choose("data-theme", "dark").as_deref(), Some("dark"));
    for cookie in ["rivulet_density=compact", "rivulet_text_size=large", "rivulet_theme=dark"] {
        assert!(cookies().contains(cookie), "{}", cookies());
    }
    for name in ["data-density", "data-text-size", "data-theme"] {
        assert_eq!(choose(name, ""), None);
    }
    assert!(!cookies().contains("=dark"), "{}", cookies());
}
