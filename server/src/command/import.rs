//! `rivulet import`.

use super::{block_on, owner, progress, say};
use crate::{
    config::Settings,
    store::{SqliteStore, Store},
    transfer::import::{self, Checked, Limits, Whose},
};
use protocol::transfer::{ImportNote, ImportReport};
use std::{fs::File, path::Path, sync::Arc};
use tokio_util::sync::CancellationToken;

pub(super) fn run(settings: Settings, path: &Path, owner: Option<String>) -> Result<(), String> {
    let in_file = |error: String| format!("{}: {error}", path.display());
    let leave = CancellationToken::new();
    let checked = check(path, Limits::by_command(settings.generation.bytes), &leave).map_err(in_file)?;
    block_on(async {
        let store = SqliteStore::open_beside_server(&settings.database).await.map_err(|error| error.to_string())?;
        let known = store.owners().await.map_err(|error| error.to_string())?;
        let whose = match owner {
            Some(text) => Whose::All(owner::find(&text, &known)?),
            None if checked.names_owners => Whose::AsWritten(None),
            None => Whose::AsWritten(Some(owner::only_visitor(&known)?)),
        };
        let bar = progress::bar(checked.conversations, "importing");
        let (shown, into) = (bar.clone(), Arc::new(store.clone()));
        let report = import::import(into, checked, whose, &leave, move |done| shown.set_position(done)).await;
        bar.finish_and_clear();
        // What cannot be indexed now is indexed by the next server.
        let _ = store.index_all().await;
        store.close().await;
        tell(&report.map_err(|error| in_file(error.to_string()))?);
        Ok(())
    })
}

fn check(path: &Path, limits: Limits, leave: &CancellationToken) -> Result<Checked, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let bar = progress::count("bytes checked:");
    let checked = import::check(file, limits, leave, |at| bar.set_position(at));
    bar.finish_and_clear();
    checked.map_err(|error| error.to_string())
}

fn tell(report: &ImportReport) {
    say(format!("{} conversations with {} messages came in", report.imported, report.messages));
    notes("did not come in", report.skipped_count, &report.skipped);
    notes("came in, but not whole", report.incomplete_count, &report.incomplete);
}

fn notes(what: &str, count: u64, notes: &[ImportNote]) {
    if count == 0 {
        return;
    }
    say(format!("{count} {what}:"));
    for ImportNote { title, reason } in notes {
        say(format!("  {title}: {reason}"));
    }
    let more = count - notes.len() as u64;
    if more > 0 {
        say(format!("  and {more} more"));
    }
}
