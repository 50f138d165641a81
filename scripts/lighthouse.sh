#!/usr/bin/env bash
# Lighthouse on the built product, as a phone sees it. On a quiet machine only: the figures go to docs/performance.md.
# A tool of its own: it brings more packages than all the rest, and `make test` does without.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

scripts/setup.sh test
scripts/build.sh --tools-are-there
cd end2end/lighthouse
if ! cmp -s package-lock.json node_modules/.installed-lock; then
  say "npm ci in end2end/lighthouse: Lighthouse"
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed-lock
fi
CHROME_PATH="$(chromium_path)" node measure.mjs
