#!/usr/bin/env bash
# The benchmarks: the parts (decoders, log, encoders), the cost of a token by the length of its answer, and the relay beside a
# plain proxy. On a quiet machine only: the figures go to docs/performance.md.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

say "the parts"
cargo bench --locked -p server --bench parts -- "$@"
say "the relay and the cost of a token"
cargo bench --locked -p server --bench relay
