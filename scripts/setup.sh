#!/usr/bin/env bash
# Installs the tools that are missing or of the wrong version: `setup.sh lint`, `setup.sh build` or `setup.sh test` gets
# what these need. Each function says in one line what it does, or which version is there.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

present() { printf '    %-18s %s\n' "$1" "$2"; }

# Succeeds if version $1 is at least $2.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# The first thing that looks like a version in what a command prints.
version_of() { "$@" 2>/dev/null | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)*' | head -n 1 || true; }

# The version that Cargo.lock has of the crate $1.
locked_version() { grep -A 1 "^name = \"$1\"\$" Cargo.lock | sed -n 's/^version = "\(.*\)"$/\1/p' | head -n 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    sudo "$@"
  else
    return 1
  fi
}

# Installs Debian packages; returns 1, having changed nothing, where that can't be done.
apt_updated=
apt_install() {
  have apt-get || return 1
  say "apt-get install $*"
  if [ -z "$apt_updated" ]; then
    as_root apt-get update -q >/dev/null || return 1
    apt_updated=yes
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >/dev/null
}

need_compiler() {
  if ! have cc || ! have pkg-config || ! have git; then
    apt_install build-essential pkg-config git ca-certificates ||
      fail "a C compiler (cc), pkg-config and git are needed; please install them"
  fi
  present cc "$(version_of cc --version)"
}

need_rust() {
  have cargo || fail "Rust is needed: install it from https://rustup.rs and open a new shell"
  local wanted found
  wanted="$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)"
  # Naming the toolchain makes rustup fetch what rust-toolchain.toml asks for, if it is not there yet.
  if have rustup && ! rustup show active-toolchain >/dev/null 2>&1; then
    say "rustup toolchain install: the toolchain of rust-toolchain.toml"
    rustup toolchain install
  fi
  found="$(version_of rustc --version)"
  at_least "${found:-0}" "$wanted" ||
    fail "Rust $wanted or newer is needed, and this is ${found:-none}: run 'rustup update stable'"
  present rustc "$found"
}

need_wasm_target() {
  if [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ]; then
    present "wasm32 target" present
  else
    have rustup || fail "the Rust target wasm32-unknown-unknown is missing; install it the way you installed Rust"
    say "rustup target add wasm32-unknown-unknown"
    rustup target add wasm32-unknown-unknown
  fi
}

need_rust_components() {
  local component
  for component in rustfmt clippy; do
    if cargo "${component/rustfmt/fmt}" --version >/dev/null 2>&1; then
      present "$component" "$(version_of cargo "${component/rustfmt/fmt}" --version)"
    else
      have rustup || fail "$component is missing; install it the way you installed Rust"
      say "rustup component add $component"
      rustup component add "$component"
    fi
  done
}

# Build tools are as fast as they need to be without optimisation, and take half the time to install.
install_crate() { env -u CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG=0 cargo install --quiet --debug "$@"; }

need_cargo_leptos() {
  # 0.3.11 and later cannot be built with the Rust version that this workspace asks for, but work if they are there.
  local oldest=0.3.10 found
  found="$(version_of cargo leptos --version)"
  if [ -n "$found" ] && at_least "$found" "$oldest" && ! at_least "$found" 0.4.0; then
    present cargo-leptos "$found"
  elif have cargo-binstall; then
    say "cargo binstall cargo-leptos $oldest"
    cargo binstall --no-confirm "cargo-leptos@$oldest"
  else
    say "cargo install cargo-leptos $oldest: once, and it takes 5 to 10 minutes on two cores"
    install_crate --locked cargo-leptos --version "$oldest"
  fi
}

# The tool and the crate must be of exactly the same version. Another project's version is left where it is.
need_wasm_bindgen() {
  local wanted found
  wanted="$(locked_version wasm-bindgen)"
  found="$(version_of wasm-bindgen --version)"
  if [ "$found" = "$wanted" ] && have wasm-bindgen-test-runner; then
    present wasm-bindgen "$found"
    return
  fi
  local place=()
  [ -z "$found" ] || place=(--root "$tools" --force)
  if have cargo-binstall; then
    say "cargo binstall wasm-bindgen-cli $wanted"
    cargo binstall --no-confirm ${place[@]+"${place[@]}"} "wasm-bindgen-cli@$wanted"
  else
    say "cargo install wasm-bindgen-cli $wanted: once, and it takes 1 to 2 minutes on two cores"
    install_crate ${place[@]+"${place[@]}"} wasm-bindgen-cli --version "$wanted"
  fi
}

need_node() {
  local wanted="$1" found
  found="$(version_of node --version)"
  if [ -z "$found" ] || ! have npm; then
    apt_install nodejs npm || fail "Node.js $wanted or newer and npm are needed: see https://nodejs.org"
    found="$(version_of node --version)"
  fi
  at_least "${found:-0}" "$wanted" ||
    fail "Node.js $wanted or newer is needed, and this is ${found:-none}: see https://nodejs.org"
  present node "$found"
}

# wasm-opt, Playwright and TypeScript, at the versions of end2end/package-lock.json.
need_npm_packages() {
  local installed=end2end/node_modules/.installed-lock
  if cmp -s end2end/package-lock.json "$installed"; then
    present "npm packages" present
    return
  fi
  say "npm ci in end2end: wasm-opt, Playwright, TypeScript"
  (cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error)
  cp end2end/package-lock.json "$installed"
}

need_chromium() {
  if [ -z "$(chromium_path)" ] || ! have chromedriver; then
    apt_install chromium chromium-driver || true
  fi
  if [ -n "$(chromium_path)" ]; then
    present chromium "$(version_of "$(chromium_path)" --version)"
  else
    say "playwright install chromium: there is none on this machine"
    playwright install chromium ||
      fail "no Chromium: install it, or name one in RIVULET_CHROMIUM"
  fi
  have chromedriver ||
    fail "chromedriver is missing, which the WASM tests need; install the one of your Chromium's version"
  present chromedriver "$(version_of chromedriver --version)"
}

for_lint() {
  need_compiler
  need_rust
  need_rust_components
  need_wasm_target
  need_node 20.0
  need_npm_packages
}

for_build() {
  need_compiler
  need_rust
  need_wasm_target
  need_node 18.0
  need_npm_packages
  need_wasm_bindgen
  need_cargo_leptos
}

for_test() {
  for_lint
  need_wasm_bindgen
  need_cargo_leptos
  need_chromium
}

case "${1:-}" in
  lint) for_lint ;;
  build) for_build ;;
  test) for_test ;;
  *) fail "usage: scripts/setup.sh lint|build|test" ;;
esac
