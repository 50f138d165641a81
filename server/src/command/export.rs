//! `rivulet export`.

use super::{block_on, owner, progress, say};
use crate::{
    config::Settings,
    store::{OwnerSummary, SqliteStore, Store},
    transfer::export::{Export, Source},
};
use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};
use tempfile::NamedTempFile;

pub(super) fn run(settings: Settings, output: Option<PathBuf>, owner: Option<String>) -> Result<(), String> {
    super::there_is_a_database(&settings.database)?;
    let output = output.unwrap_or_else(default_name);
    block_on(async {
        let store = SqliteStore::open_beside_server(&settings.database).await.map_err(|error| error.to_string())?;
        let mut export = begin(&store, owner).await?;
        if output == Path::new("-") {
            write(&mut export, io::stdout().lock()).await?;
        } else {
            let file = Output::new(&output)?;
            write(&mut export, BufWriter::new(file.file.as_file())).await?;
            file.keep()?;
            say(format!("{} conversations are in {}", export.conversations(), output.display()));
        }
        store.close().await;
        Ok(())
    })
}

fn default_name() -> PathBuf {
    let today = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    PathBuf::from(format!("rivulet-{}.zip", today.split('T').next().unwrap_or_default()))
}

/// One owner's conversations without his name: the archive may be given away. Or everybody's, with the names.
async fn begin(store: &SqliteStore, owner: Option<String>) -> Result<Export, String> {
    let known = store.owners().await.map_err(|error| error.to_string())?;
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let export = match owner {
        Some(text) => {
            let owner = owner::find(&text, &known)?;
            if !known.iter().any(|one| one.owner == owner) {
                return Err(format!("{} has no conversations here", owner::name(&owner)));
            }
            Export::new(shared, Source { conversations: store.export(&owner), owner })
        }
        None => {
            let source = |one: OwnerSummary| Source { conversations: store.export(&one.owner), owner: one.owner };
            Export::with_owners(shared, known.into_iter().map(source).collect())
        }
    };
    export.map_err(|error| error.to_string())
}

async fn write(export: &mut Export, mut to: impl Write) -> Result<(), String> {
    let shown = progress::count("conversations written:");
    let cannot = |error: io::Error| format!("the archive cannot be written: {error}");
    while let Some(piece) = export.next().await.map_err(|error| error.to_string())? {
        to.write_all(&piece).map_err(cannot)?;
        shown.set_position(export.conversations());
    }
    to.flush().map_err(cannot)?;
    shown.finish_and_clear();
    Ok(())
}

/// A file that is there whole or not at all, that nobody else on the machine can read, and that overwrites nothing.
pub(super) struct Output {
    pub(super) file: NamedTempFile,
    path: PathBuf,
}

impl Output {
    pub(super) fn new(path: &Path) -> Result<Self, String> {
        if path.exists() {
            return Err(format!("{} is there already; remove it, or name another file", path.display()));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = tempfile::Builder::new().prefix(".rivulet-").tempfile_in(folder);
        let file = file.map_err(|error| format!("cannot write to {}: {error}", folder.display()))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Gives the file its name, after all of it is on the disk.
    pub(super) fn keep(self) -> Result<(), String> {
        let Self { file, path } = self;
        let cannot = |error: io::Error| format!("cannot write {}: {error}", path.display());
        // Another program may have written to it by its name: the data, not the handle, is what is synced.
        File::open(file.path()).and_then(|file| file.sync_all()).map_err(cannot)?;
        file.persist_noclobber(&path).map_err(|error| cannot(error.error)).map(drop)
    }
}
