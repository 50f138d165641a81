#!/usr/bin/env bash
# Builds for release and serves. Arguments and the environment go to the binary: see docs/configuration.md.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

scripts/build.sh
say "serving on http://${RIVULET_ADDR:-127.0.0.1:3000} (Ctrl+C stops it)"
exec target/release/rivulet "$@"
