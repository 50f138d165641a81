# Sourced by every script here: fails on the first error, works from the root of the repository, and finds the tools
# that setup.sh has put inside it.
# shellcheck shell=bash

set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

# Tools that belong to this clone only, so that another project's versions are left alone.
tools="$root/target/tools"
export PATH="$tools/bin:$root/end2end/node_modules/.bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() {
  printf '\033[1;31merror:\033[0m %s\n' "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# The scripts look for what was built here, wherever a person's own settings would put it.
export CARGO_TARGET_DIR="$root/target"

# Nobody edits and builds again in CI, and without incremental compilation a first build is faster and smaller.
[ -z "${CI:-}" ] || export CARGO_INCREMENTAL=0

# Chromium under any of the names that it goes by; empty if there is none.
chromium_path() {
  local name
  for name in ${RIVULET_CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
    if have "$name"; then
      command -v "$name"
      return
    fi
  done
}
