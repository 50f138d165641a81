#!/usr/bin/env bash
# Takes the pictures in docs/images from the running product. Emoji need a font; Debian's is fonts-noto-color-emoji.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

scripts/setup.sh test
scripts/build.sh --tools-are-there
cd end2end
playwright test --config screenshots.config.ts
