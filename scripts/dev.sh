#!/usr/bin/env bash
# Serves a debug build, and rebuilds and reloads whenever a file changes.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

scripts/setup.sh build
[ -z "${RIVULET_ADDR:-}" ] || export LEPTOS_SITE_ADDR="$RIVULET_ADDR"
exec cargo leptos watch "$@"
