# `make demo` shows it, `make test` checks it. Both do all the set-up there is on a machine with Rust, Node and make.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The tools' own text would be long; a missing one deserves one line.
need = @command -v $(1) >/dev/null || { echo "beams-native: '$(1)' is missing. $(2)" >&2; exit 1; }

install = (echo "installing $(1)" && $(if $(filter 0,$(shell id -u)),,sudo) apt-get update -qq && \
  $(if $(filter 0,$(shell id -u)),,sudo) env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $(1) >/dev/null)

RUST_SOURCES := $(shell find src -name '*.rs') Cargo.toml Cargo.lock build.rs

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## publish, make a token and delete a user, on an emulator in the same process
	@node examples/demo.js

.PHONY: test
test: build lint test-rust test-node ## everything that must pass

.PHONY: build
build: tools node_modules/.installed build/release ## the release addon: require('<checkout>') works afterwards

.PHONY: dev
dev: tools node_modules/.installed ## the debug addon, which builds in seconds
	npm run build:debug
	@rm -f build/release

.PHONY: lint
lint: tools node_modules/.installed ## formatters and linters, changing nothing
	cargo fmt --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	npx taplo fmt --check
	npx prettier --check .
	npx oxlint --deny-warnings

.PHONY: format
format: node_modules/.installed ## let the formatters write
	cargo fmt
	npx taplo fmt
	npx prettier --write .

.PHONY: test-rust
test-rust: tools ## the Beams client alone, without Node
	cargo test --locked

.PHONY: system
system: ## what the tests want of the system: a browser for the inbox, Redis for the queue, Python for its SDK
	@command -v chromium >/dev/null || $(call install,chromium)
	@command -v redis-server >/dev/null || $(call install,redis-server)
	@python3 -c 'import ensurepip' 2>/dev/null || $(call install,python3-venv)

.PHONY: test-node
test-node: build system build/python/.installed ## the addon, the emulator, the examples and the typings
	git diff --exit-code --stat -- index.d.ts
	node --test --test-reporter=spec __test__ emulator/__test__ examples/__test__

.PHONY: bench
bench: build build/bench ## long: this package side by side with others; writes bench/results.md
	node bench/index.js

.PHONY: bench-quick
bench-quick: build build/bench ## a smoke test of the benchmarks; its figures mean nothing
	node bench/index.js --quick

.PHONY: soak
soak: build ## long: 200 000 calls with faults, and nothing that the process holds may grow
	SOAK_CALLS=200000 node --test --test-reporter=spec __test__/soak.test.js

.PHONY: audit
audit: build ## long: 200 000 publishes, and one to a million users, through a faulty server, each accounted for
	AUDIT_CALLS=200000 AUDIT_USERS=1000000 node --test --test-reporter=spec __test__/duplicates.test.js

.PHONY: differential
differential: build ## long: 20 000 calls to this and to the official SDK
	DIFFERENTIAL_CASES=20000 node --test --test-reporter=spec __test__/differential.test.js

.PHONY: memcheck
memcheck: dev ## long: every path between JavaScript and Rust under valgrind, which must find nothing
	$(call need,valgrind,On Debian: apt-get install valgrind.)
	valgrind --error-exitcode=1 node --jitless __test__/helpers/memcheck-client.js

.PHONY: clean
clean: ## remove everything that was built or installed
	rm -rf build node_modules emulator/node_modules target *.node

.PHONY: tools
tools:
	$(call need,node,Install Node.js 20.17 or later from https://nodejs.org.)
	$(call need,npm,It comes with Node.js: https://nodejs.org.)
	$(call need,cargo,Install Rust 1.88 or later from https://rustup.rs.)
	$(call need,cc,Install a C compiler: it builds the crypto library. On Debian: apt-get install build-essential.)

node_modules/.installed: package.json emulator/package.json package-lock.json
	npm ci
	@touch $@

build/python/.installed: emulator/__test__/requirements.txt | system
	python3 -m venv build/python
	build/python/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

build/bench: Cargo.lock bench/rust/Cargo.toml $(wildcard bench/rust/src/bin/*.rs)
	cargo build --release --locked --package beams-bench
	@mkdir -p build && touch $@

# napi writes more than one file; this one stands for all of them.
build/release: node_modules/.installed dts-header.d.ts $(RUST_SOURCES)
	npm run build
	@mkdir -p build && touch $@
