//! Prompt presets.

use super::*;
use crate::store::MOST_PRESETS;
use protocol::{id::PresetId, preset::Preset};

fn preset(name: &str) -> Preset {
    Preset { id: PresetId(Uuid::new_v4()), name: name.into(), content: format!("{{{{x}}}} {name}") }
}

pub(super) async fn presets_are_kept_for_each_owner<S: Store>(store: &S) {
    let (owner, other) = (owner(), owner());
    let (first, second) = (preset("beta"), preset("Alpha"));
    assert!(store.presets(&owner).await.unwrap().is_empty());
    for one in [&first, &second] {
        store.add_preset(&owner, one.clone()).await.unwrap();
    }
    assert_eq!(store.presets(&owner).await.unwrap(), [second.clone(), first.clone()], "by name");
    assert!(store.presets(&other).await.unwrap().is_empty());
    let renamed = Preset { name: "aa".into(), content: "new".into(), ..first.clone() };
    for stranger in [store.change_preset(&other, renamed.clone()).await, store.delete_preset(&other, first.id).await] {
        assert!(matches!(stranger, Err(StoreError::NotFound("preset"))));
    }
    store.change_preset(&owner, renamed.clone()).await.unwrap();
    assert_eq!(store.presets(&owner).await.unwrap(), [renamed, second.clone()]);
    store.delete_preset(&owner, first.id).await.unwrap();
    assert!(matches!(store.delete_preset(&owner, first.id).await, Err(StoreError::NotFound("preset"))));
    assert_eq!(store.presets(&owner).await.unwrap(), [second]);
}

pub(super) async fn there_is_a_most<S: Store>(store: &S) {
    let owner = owner();
    for number in 0..MOST_PRESETS {
        store.add_preset(&owner, preset(&number.to_string())).await.unwrap();
    }
    assert!(matches!(store.add_preset(&owner, preset("one more")).await, Err(StoreError::TooManyPresets)));
    store.add_preset(&self::owner(), preset("another's")).await.unwrap();
}
