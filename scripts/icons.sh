#!/usr/bin/env bash
# Draws the icons in public/ again, from the SVGs there.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

chromium="$(chromium_path)"
[ -n "$chromium" ] || fail "the icons are drawn by Chromium, and there is none: run scripts/setup.sh test"

# A page of its own around the drawing: by itself it would be shown in its own size.
draw() {
  local page
  page="$(mktemp --suffix=.html)"
  printf '<!DOCTYPE html><style>*{margin:0}img{display:block;width:%spx;height:%spx}</style><img src="file://%s/public/%s">' \
    "$2" "$2" "$root" "$1" >"$page"
  "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --default-background-color=00000000 \
    --window-size="$2,$2" --screenshot="$root/public/$3" "file://$page" >/dev/null 2>&1
  rm "$page"
  say "$3"
}

draw favicon.svg 192 icon-192.png
draw favicon.svg 512 icon-512.png
draw icon-maskable.svg 180 apple-touch-icon.png
draw icon-maskable.svg 512 icon-maskable-512.png
