#!/usr/bin/env bash
# Runs the named steps in order and stops at the first that fails: scripts/test.sh format lint unit wasm build e2e
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

format() { cargo fmt --all --check; }

# Not `--workspace`: on the host that would check a mix of features that is never built.
lint() {
  cargo clippy --locked -p protocol -p server -p app --all-targets -- -D warnings
  cargo clippy --locked -p frontend -p app --all-targets --target wasm32-unknown-unknown -- -D warnings
  RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps -p protocol -p server -p app
  (cd end2end && npm run --silent check)
}

# The property tests try the same cases each time, so that what fails is what was changed. `make fuzz` tries new ones.
unit() { PROPTEST_RNG_SEED=20261121 cargo test --locked -p protocol -p server -p app; }

# The page's own tests, in a real browser.
wasm() {
  local arguments='"--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"'
  mkdir -p target
  printf '{ "goog:chromeOptions": { "binary": "%s", "args": [%s] } }\n' "$(chromium_path)" "$arguments" \
    >target/webdriver.json
  WASM_BINDGEN_TEST_WEBDRIVER_JSON="$root/target/webdriver.json" \
    WASM_BINDGEN_TEST_TIMEOUT=300 WASM_BINDGEN_TEST_DRIVER_TIMEOUT=30 \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=wasm-bindgen-test-runner \
    cargo test --locked -p app --features hydrate --target wasm32-unknown-unknown --lib --tests
}

build() { scripts/build.sh --tools-are-there; }

# The release build in Chromium, on a port of its own, so that a running instance is not disturbed.
e2e() { (cd end2end && playwright test); }

# Tells a fault of the project from a machine that had nothing left to give.
machine() {
  printf '\n    load %s\n' "$(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || uptime)"
  free -m 2>/dev/null | sed -n 's/^Mem: *\([0-9]*\) *\([0-9]*\).* \([0-9]*\)$/    memory \1 MiB, \3 available/p'
  df -h . "${TMPDIR:-/tmp}" 2>/dev/null | awk 'NR > 1 { print "    disk " $6 ": " $4 " free" }' | sort -u
}

case " $* " in
  *" wasm "* | *" e2e "*) scripts/setup.sh test ;;
  *" build "*) scripts/setup.sh build ;;
  *) scripts/setup.sh lint ;;
esac

step=
passed=0
durations=

# Says at the end how long each step took, and which one failed.
summary() {
  local status=$?
  echo
  printf '%b' "$durations"
  if [ -n "$step" ]; then
    machine
    printf '    %-8s failed after %s s\n\nsteps: %s passed, 1 failed\n' "$step" "$((SECONDS - began))" "$passed"
    [ "$status" != 0 ] || status=1
  else
    printf '\nsteps: %s passed, 0 failed\n' "$passed"
  fi
  exit "$status"
}
trap summary EXIT

for step in "$@"; do
  say "$step"
  began=$SECONDS
  "$step"
  durations+="    $(printf '%-8s' "$step") $((SECONDS - began)) s\n"
  passed=$((passed + 1))
done
step=
