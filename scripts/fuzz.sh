#!/usr/bin/env bash
# Runs every fuzz target, or those that are named, for FUZZ_SECONDS each (60 by default). Inputs that were found before are
# kept in fuzz/corpus and are where the next run begins; an input that breaks something is left in fuzz/artifacts.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

seconds="${FUZZ_SECONDS:-60}"

if ! cargo fuzz --version >/dev/null 2>&1; then
  say "cargo install cargo-fuzz: once, and it takes about a minute"
  cargo install --quiet --locked --root "$tools" cargo-fuzz
fi
have c++ || have g++ || fail "a C++ compiler is needed to build the fuzzer; please install one (g++)"

# There is no unsafe code to look into, so no sanitizer is needed, and with it no nightly Rust.
build=(--fuzz-dir fuzz --sanitizer none --release --debug-assertions --target-dir "$root/target/fuzz")

say "building the fuzz targets (the first time takes several minutes)"
cargo fuzz build "${build[@]}"

# The programs themselves: `cargo fuzz run` would look before each whether it has to build again.
programs="$root/target/fuzz/$(rustc -vV | sed -n 's/^host: //p')/release"
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cargo fuzz list --fuzz-dir fuzz)
for target in "${targets[@]}"; do
  say "$target, $seconds s"
  mkdir -p "fuzz/corpus/$target" "fuzz/seeds/$target" "fuzz/artifacts/$target"
  if ! "$programs/$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -artifact_prefix="fuzz/artifacts/$target/" \
    -max_total_time="$seconds" -timeout=10 -max_len=4096 -print_final_stats=1 >"target/fuzz/$target.log" 2>&1; then
    tail -n 40 "target/fuzz/$target.log"
    fail "$target: the input is in fuzz/artifacts/$target. Mend it, and keep the input as a test."
  fi
  sed -n 's/^stat::number_of_executed_units: */    inputs tried: /p; s/^stat::peak_rss_mb: */    memory in MiB: /p' \
    "target/fuzz/$target.log"
done
say "the property tests, with cases that were not tried before"
PROPTEST_CASES=5000 cargo test --quiet --locked -p protocol -p server -p app --lib

say "${#targets[@]} targets and the property tests: nothing found"
