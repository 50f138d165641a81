#!/usr/bin/env bash
# Measures how the page shows long answers, beside a page with streamdown in the same run, how it takes keystrokes, and what stays in
# memory. On a quiet machine only: the figures go to docs/performance.md. `scripts/bench-page.sh --grep typing` measures a part.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

scripts/setup.sh test
scripts/build.sh --tools-are-there
say "npm ci in end2end/streamdown"
(cd end2end/streamdown && npm ci --silent --no-audit --no-fund)
cd end2end
playwright test --config measure-page.config.ts "$@"
