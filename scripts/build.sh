#!/usr/bin/env bash
# Builds the server and the page for release, unless nothing has changed since the last time: cargo-leptos runs
# wasm-bindgen and wasm-opt again each time, and that takes longer than starting the server should.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

[ "${1:-}" = --tools-are-there ] || scripts/setup.sh build

stamp=target/release/.rivulet-build

sources() {
  find app frontend server style public scripts/build.sh scripts/wasm Cargo.toml Cargo.lock rust-toolchain.toml end2end/package-lock.json \
    -type f | LC_ALL=C sort
}
fingerprint() {
  { rustc -vV; echo "${RUSTFLAGS:-}"; sources; sources | git hash-object --stdin-paths; } | git hash-object --stdin
}
# The benches build another program of this name into the same folder, whose pages do not go with the page's WASM.
program() { git hash-object target/release/rivulet; }
built() {
  [ -x target/release/rivulet ] && ls target/site/pkg/*.wasm >/dev/null 2>&1 &&
    [ "$(cat "$stamp" 2>/dev/null)" = "$1 $(program)" ]
}

now="$(fingerprint)"
if built "$now"; then
  say "the release build is up to date"
  exit
fi

say "building for release (the first time takes several minutes)"
rm -f "$stamp"
# Names of functions say for which types they are: scripts/wasm tells by them what a first visit runs.
# Messages of panics in the page say where in a crate, and not where that crate lies on the machine that built the page.
CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="${CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS:-} -Csymbol-mangling-version=v0"
for folder in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/ "$root/"; do
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS+=" --remap-path-prefix=$folder="
done
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS
PATH="$root/scripts/wasm:$PATH" cargo leptos build --release --precompress
echo "$now $(program)" >"$stamp"
