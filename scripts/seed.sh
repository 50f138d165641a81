#!/usr/bin/env bash
# Makes a database of SEED_CONVERSATIONS (10,000) with SEED_MESSAGES (1,000,000), the same for the same SEED (1), in SEED_DATABASE.
# With the release build; SEED_PROFILE=dev takes the one for development.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

arguments=(--database "${SEED_DATABASE:-$root/target/seed/rivulet.db}" --seed "${SEED:-1}")
arguments+=(--conversations "${SEED_CONVERSATIONS:-10000}" --messages "${SEED_MESSAGES:-1000000}")
cargo bench --locked --quiet -p server --bench seed --profile "${SEED_PROFILE:-bench}" -- "${arguments[@]}"
