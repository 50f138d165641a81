#!/usr/bin/env bash
# Takes the pictures in docs/images from the running product, and all states of the page in all languages into target/screenshots. Emoji and Chinese need fonts;
# Debian's are fonts-noto-color-emoji and fonts-noto-cjk.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

scripts/setup.sh test
scripts/build.sh --tools-are-there
cd end2end
playwright test --config screenshots.config.ts
