#!/usr/bin/env bash
# Finds out what a first visit runs of the page, and writes scripts/wasm/later.txt, which says what comes later. When the page has
# grown by something that stands in the first part without need, or the weight's spec says that a first visit fetches both parts.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

scripts/setup.sh test
# Neither is the page that notes what it runs one to serve, nor is the old one up to date.
stamp="$root/target/release/.rivulet-build"
rm -f "$stamp"
export RIVULET_PROFILE_NAMES="$root/target/page-functions.json" RIVULET_PROFILE_RUN="$root/target/page-functions-run.json"
scripts/build.sh --tools-are-there
rm -f "$stamp"
(cd end2end && playwright test --config profile.config.ts)
node scripts/wasm/choose.mjs "$RIVULET_PROFILE_NAMES" "$RIVULET_PROFILE_RUN"
unset RIVULET_PROFILE_NAMES
scripts/build.sh --tools-are-there
