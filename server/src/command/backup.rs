//! `rivulet backup`.

use super::{block_on, export::Output, progress, say};
use crate::{config::Settings, store::maintenance};
use std::{path::Path, time::Duration};

/// How often it is looked how far the copy is.
const LOOK: Duration = Duration::from_millis(200);

pub(super) fn run(settings: Settings, path: &Path) -> Result<(), String> {
    let database = &settings.database;
    super::there_is_a_database(database)?;
    let output = Output::new(path)?;
    let copy = output.file.path().to_owned();
    block_on(async {
        let total = maintenance::size(database).await.map_err(|error| error.to_string())?;
        let bar = progress::bytes(total, "copying");
        let mut copying = Box::pin(maintenance::backup(database, &copy));
        loop {
            tokio::select! {
                done = &mut copying => break done.map_err(|error| error.to_string())?,
                () = tokio::time::sleep(LOOK) => bar.set_position(copy.metadata().map_or(0, |file| file.len())),
            }
        }
        bar.finish_and_clear();
        output.keep()?;
        let size = path.metadata().map_or(0, |file| file.len());
        say(format!("{} is a whole copy of {}, {size} bytes", path.display(), database.display()));
        Ok(())
    })
}
