# Each target is a line that names a script; the work is in scripts/.
# `make run` and `make test` install what they miss, so that both work on a machine that has only Rust and Node.js.

.DEFAULT_GOAL := help
.PHONY: help run dev build test lint format unit wasm e2e fuzz soak bench seed bench-store bench-page page-profile docs screenshots lighthouse clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build for release and serve the page on http://127.0.0.1:3000
	@scripts/run.sh

dev: ## Serve the page, rebuilding and reloading it whenever a file changes
	@scripts/dev.sh

build: ## Build the server and the page for release
	@scripts/build.sh

test: ## Every check and every test
	@scripts/test.sh format lint unit wasm build e2e

lint: ## rustfmt, clippy, rustdoc and the type checker of the browser tests
	@scripts/test.sh format lint

format: ## Format the Rust files
	@cargo fmt --all

unit: ## Only the tests that run natively
	@scripts/test.sh unit

wasm: ## Only the tests of the page's WASM, in Chromium
	@scripts/test.sh wasm

e2e: ## Only the tests of the built product, in Chromium
	@scripts/test.sh build e2e

fuzz: ## Random bytes at every decoder and parser, FUZZ_SECONDS (60) each
	@scripts/fuzz.sh

soak: ## Mixed load with faults for SOAK_SECONDS (600); nothing may grow, no answer may be wrong
	@scripts/soak.sh

bench: ## Measure the parts, and the relay beside a plain proxy
	@scripts/bench.sh

seed: ## Make a database of 10,000 conversations and 1,000,000 messages, to try things on
	@scripts/seed.sh

bench-store: ## Measure opening, searching, exporting and importing on that database
	@scripts/bench-store.sh

bench-page: ## Measure long answers on the page beside streamdown, typing, and memory
	@scripts/bench-page.sh

page-profile: ## Find out what a first visit runs of the page; the rest comes later (scripts/wasm/later.txt)
	@scripts/page-profile.sh

docs: ## Write docs/configuration.md again, from the settings in the code
	@cargo run --quiet --package server -- configuration >docs/configuration.md.new
	@mv docs/configuration.md.new docs/configuration.md

screenshots: ## Take the pictures in docs/images again, and every state in every language into target/screenshots
	@scripts/screenshots.sh

lighthouse: ## Measure the page with Lighthouse, as a phone sees it
	@scripts/lighthouse.sh

clean: ## Remove what was built (not the installed tools)
	@cargo clean
	@rm -rf end2end/node_modules end2end/test-results end2end/playwright-report
