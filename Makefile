# Every command of this project. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
JOBS := $(shell nproc)

.PHONY: help build serve demo test check bench bench-ui fuzz format clean web-dev web-check screenshots

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build the product: build/release/anabranch
	@scripts/setup.sh build
	@scripts/web.sh build
	@mkdir -p build
	@cmake --preset release >build/release-configure.log 2>&1 || { cat build/release-configure.log >&2; exit 1; }
	@cmake --build --preset release --target anabranch -j$(JOBS)

serve: build ## Build, then serve ./data on 127.0.0.1:8000 (all) and :9000 (S3 alone)
	@exec build/release/anabranch serve --data ./data

demo: ## Install what is missing, build, and show the main job on real data
	@scripts/setup.sh demo
	@scripts/quietly.sh 'building the product' build/demo-build.log $(MAKE) --no-print-directory build
	@scripts/demo.sh

test: ## Install what is missing and run all tests (about 45 minutes on 2 cores)
	@scripts/setup.sh test
	@scripts/test.sh $(STEPS)

check: ## Format, layers, tidy, headers alone, clang-tidy on what changed
	@scripts/setup.sh check
	@scripts/check.sh

bench: ## Measure a server: ours, or any S3 server with PEER=URL PEER_PID=PID
	@scripts/setup.sh bench
	@mkdir -p build
	@cmake --preset bench >build/bench-configure.log 2>&1 || { cat build/bench-configure.log >&2; exit 1; }
	@cmake --build --preset bench -j$(JOBS)
	@PEER='$(PEER)' PEER_PID='$(PEER_PID)' scripts/bench.sh

bench-ui: build ## Measure in a browser how soon the web UI's longest lists respond
	@scripts/setup.sh test
	@scripts/web.sh bench

fuzz: ## Run each fuzz target for FUZZ_SECONDS (30)
	@scripts/setup.sh check
	@scripts/fuzz.sh

format: ## Format all C++ files
	@scripts/check_format.sh --fix

web-dev: ## The web UI with hot reload at :5173/ui/, of the server ANABRANCH_URL (http://127.0.0.1:8000)
	@scripts/setup.sh web
	@exec scripts/web.sh dev

web-check: ## Types, lint, format and unit tests of the web UI
	@scripts/setup.sh web
	@scripts/web.sh check

screenshots: build ## Build, then make the pictures of docs/images/ui
	@scripts/setup.sh test
	@scripts/screenshots.sh

clean: ## Remove what was built (not .venv, .venv-node, ./data)
	rm -rf build
