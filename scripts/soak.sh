#!/usr/bin/env bash
# The soak (server/soak) for SOAK_SECONDS, ten minutes by default, with the release build; SOAK_PROFILE=dev takes the one for
# development, SOAK_SEED repeats a run.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

arguments=(--seconds "${SOAK_SECONDS:-600}")
[ -z "${SOAK_SEED:-}" ] || arguments+=(--seed "$SOAK_SEED")
cargo bench --locked --quiet -p server --bench soak --profile "${SOAK_PROFILE:-bench}" -- "${arguments[@]}"
