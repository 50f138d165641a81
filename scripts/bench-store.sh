#!/usr/bin/env bash
# Measures what people wait for on the database of `make seed`, which is made if it is not there. On a quiet machine only: the
# figures go to docs/performance.md.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

database="${SEED_DATABASE:-$root/target/seed/rivulet.db}"
[ -f "$database" ] || "$root/scripts/seed.sh"
cargo bench --locked --quiet -p server --bench store --profile "${SEED_PROFILE:-bench}" -- --database "$database"

say "the same in Chromium"
scripts/setup.sh test
scripts/build.sh --tools-are-there
(cd end2end && RIVULET_BENCH_DATABASE="$database" playwright test --config measure.config.ts)
