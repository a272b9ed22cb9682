# `make demo` shows the package at work, `make test` runs all checks. Both install what they need, given Rust, Node and make.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Reports a missing tool in one line, instead of the shell's output.
need = @command -v $(1) >/dev/null || { echo "beams-native: '$(1)' is missing. $(2)" >&2; exit 1; }

install = (echo "installing $(1)" && $(if $(filter 0,$(shell id -u)),,sudo) apt-get update -qq && \
  $(if $(filter 0,$(shell id -u)),,sudo) env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $(1) >/dev/null)

# Binaries for Linux link against glibc 2.17, the oldest that is still in use.
PORTABLE := $(if $(filter Linux,$(shell uname -s)),--cross-compile --target $(shell uname -m)-unknown-linux-gnu.2.17)

FUZZ_TARGETS := $(notdir $(wildcard fuzz/seeds/*))

RUST_SOURCES := $(shell find src crates -name "*.rs") Cargo.toml crates/beams/Cargo.toml Cargo.lock build.rs

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## publish, make a token and delete a user, on an emulator in the same process
	@node examples/demo.js

.PHONY: test
test: ## everything that must pass
	@# The release build mostly uses one core, so lint and docs run beside it. The tests run alone.
	@$(MAKE) --no-print-directory --jobs=2 package lint docs
	@$(MAKE) --no-print-directory test-rust model test-node

.PHONY: build
build: tools node_modules/.installed build/release ## the release addon: require('<checkout>') works afterwards

.PHONY: debug
debug: tools node_modules/.installed ## the debug addon, which builds in seconds
	npm run build:debug
	@rm -f build/release build/package

.PHONY: dev
dev: debug ## TEST=<files>: at every change, build the debug addon and run these tests
	npx nodemon --quiet --watch src --watch . --ext rs,js --ignore build --ignore target --ignore '*/dist' \
	  --exec 'npm run --silent build:debug && node --test --test-reporter=spec $(or $(TEST),__test__/publish.test.js)'

.PHONY: hooks
hooks: ## let git check formats and lints before each commit
	git config core.hooksPath .githooks

.PHONY: package
package: tools node_modules/.installed build/package ## the addon as it is published, in npm/<platform>

.PHONY: lint
lint: tools node_modules/.installed ## formatters and linters, changing nothing
	cargo fmt --check
	cargo clippy --workspace --locked -- -D warnings
	cargo clippy --package beams --package beams-bench --all-targets --locked -- -D warnings
	cargo fmt --check --manifest-path fuzz/Cargo.toml
	npx taplo fmt --check
	npx prettier --check .
	npx oxlint --deny-warnings
	npx depcruise --output-type err *.js bin lib packages/*/*.js packages/*/src
	npx remark --frail --quiet --no-stdout *.md docs packages examples bench

.PHONY: docs
docs: node_modules/.installed ## the guides and the typings as a website, in build/docs
	npx typedoc
	tar -c llms.txt *.md docs/*.md packages/*/README.md examples/*/README.md | tar -x -C build/docs

.PHONY: format
format: node_modules/.installed ## let the formatters write
	cargo fmt
	cargo fmt --manifest-path fuzz/Cargo.toml
	npx taplo fmt
	npx prettier --write .

.PHONY: deny
deny: tools build/cargo/bin/cargo-deny ## check the licences, sources and bans of crates
	PATH="$(CURDIR)/build/cargo/bin:$$PATH" cargo deny --locked check bans licenses sources

.PHONY: advisories
advisories: tools build/cargo/bin/cargo-deny ## known vulnerabilities, of crates and of npm packages; it downloads their database
	PATH="$(CURDIR)/build/cargo/bin:$$PATH" cargo deny --locked check advisories
	npm audit --omit=dev
	npm audit signatures

.PHONY: lock-python
lock-python: build/uv/.installed ## the versions and hashes of the Python packages, after a change of a requirements.in
	for folder in .ci packages/emulator/__test__; do build/uv/bin/uv pip compile --quiet --universal --generate-hashes \
	  --no-emit-index-url --python-version 3.11 \
	  --output-file $$folder/requirements.txt $$folder/requirements.in; done

.PHONY: packages
packages: node_modules/.installed ## every package as a release publishes it, in build/packages; requires the binaries of all platforms and GITHUB_REPOSITORY
	node .ci/pack.js build/packages

.PHONY: sbom
sbom: tools build/cargo/bin/cargo-cyclonedx ## what the binaries are made of, as CycloneDX, in build/beams-native.cdx.json
	PATH="$(CURDIR)/build/cargo/bin:$$PATH" cargo cyclonedx --format json --target all --override-filename beams-native.cdx
	@mkdir -p build
	@sed 's|file://$(CURDIR)|file:///beams-native|g' beams-native.cdx.json >build/beams-native.cdx.json
	@rm beams-native.cdx.json
	@find crates bench -name beams-native.cdx.json -delete

.PHONY: notices
notices: tools build/cargo/bin/cargo-about ## the licences of what the binaries hold, in npm/<platform>
	PATH="$(CURDIR)/build/cargo/bin:$$PATH" cargo about generate --locked --output-file build/THIRD-PARTY-NOTICES.md about.hbs
	for folder in npm/*; do cp LICENSE build/THIRD-PARTY-NOTICES.md "$$folder"; done

.PHONY: test-rust
test-rust: tools ## the Beams client alone, without Node
	cargo test --workspace --locked
	cargo test --manifest-path fuzz/Cargo.toml --target-dir target --locked

.PHONY: model
model: tools ## the queue between the threads, in every order in which they can run
	RUSTFLAGS='--cfg loom' cargo test --locked --package completion-queue --test model --target-dir target/loom

.PHONY: system
system: python ## install the system packages of the tests: a browser for the inbox, Redis and PostgreSQL for the examples, Python for its SDK
	@command -v chromium >/dev/null || $(call install,chromium)
	@command -v redis-server >/dev/null || $(call install,redis-server)
	@ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null || $(call install,postgresql)

.PHONY: python
python:
	@python3 -c 'import ensurepip' 2>/dev/null || $(call install,python3-venv)

.PHONY: test-node
test-node: package system build/python/.installed ## the addon, the emulator, the examples and the typings
	git diff --exit-code --stat -- index.d.ts
	node --test --test-concurrency=2 --test-reporter=spec __test__ packages/*/__test__ examples/__test__

.PHONY: story
story: package system ## long: each server of docs/endpoints.md and of examples/, those for Next.js included, which it builds
	WITH_NEXT=1 node --test --test-reporter=spec __test__/endpoints-story.test.js examples/__test__/servers.test.js

.PHONY: runtimes
runtimes: package build/runtimes/.installed ## long: the same tests on Node.js 18 to 26, Bun and Deno, which it installs (1 GB)
	RUNTIMES=build/runtimes node --test --test-reporter=spec __test__/runtimes.test.js

.PHONY: bench
bench: package build/bench ## long: this package side by side with others; writes bench/results.md
	node bench/index.js

.PHONY: bench-quick
bench-quick: package ## a smoke test of the benchmarks; its figures are meaningless
	cargo build --locked --package beams-bench
	node bench/index.js --quick

.PHONY: bench-rust
bench-rust: tools ## long: what each part of a publish costs in Rust
	cargo bench --locked --package beams-bench

.PHONY: soak
soak: build ## long: 200 000 calls with faults, without growth of memory, descriptors or threads
	SOAK_CALLS=200000 node --test --test-reporter=spec __test__/soak.test.js

.PHONY: audit
audit: build ## long: 200 000 publishes, one to a million users, 6 000 stopped and 200 killed at random, each user accounted for
	AUDIT_CALLS=200000 AUDIT_USERS=1000000 node --test --test-reporter=spec __test__/duplicates.test.js
	STOPPED_RUNS=6000 REPORT_USERS=3300000 node --test --test-reporter=spec __test__/stopped-bulk.test.js
	JOURNAL_SEEDS=200 node --test --test-reporter=spec __test__/journal.test.js

.PHONY: differential
differential: build ## long: 20 000 calls to this and to the official SDK
	DIFFERENTIAL_CASES=20000 node --test --test-reporter=spec __test__/differential.test.js

.PHONY: fuzz
fuzz: tools build/cargo/bin/cargo-fuzz ## long: SECONDS=60 of generated inputs for each target of fuzz/, or for TARGET=<name>
	$(call need,c++,It builds libFuzzer. On Debian: apt-get install build-essential.)
	cargo clippy --manifest-path fuzz/Cargo.toml --target-dir target --all-targets --locked -- -D warnings
	@mkdir -p build/fuzz/findings $(FUZZ_TARGETS:%=build/fuzz/corpus/%)
	export PATH="$(CURDIR)/build/cargo/bin:$$PATH"; for target in $(or $(TARGET),$(FUZZ_TARGETS)); do \
	  dictionary=$$(echo fuzz/dictionaries/$$target.*); \
	  cargo fuzz run --sanitizer none --features libfuzzer --target-dir target/fuzz $$target \
	    $(or $(SEED),build/fuzz/corpus/$$target fuzz/seeds/$$target) -- -max_total_time=$(or $(SECONDS),60) -timeout=10 -verbosity=0 -print_final_stats=1 \
	    -artifact_prefix=build/fuzz/findings/$$target- $$([ ! -e $$dictionary ] || echo -dict=$$dictionary); done

# The module's own unit tests catch most mutants, in seconds; the others run only on the rest. A run leaves out what the last
# one in its folder has caught. `cargo mutants` ends with 2 for missed mutants, and with 3 for timeouts.
MODULE ?= crates/beams/src
MODULE_PATH = $(patsubst crates/beams/src/%,%,$(patsubst %/,%,$(basename $(MODULE))))
MUTANTS = cargo mutants --package beams --file '$(MODULE)$(if $(filter %.rs,$(MODULE)),,/**)' --iterate \
  --output build/mutants/$(subst /,-,$(MODULE_PATH))

.PHONY: mutants
mutants: tools build/cargo/bin/cargo-mutants ## long: MODULE=<file or folder in crates/beams/src>: for each change of it, some test must fail
	@mkdir -p build/mutants/$(subst /,-,$(MODULE_PATH))
	@# If the last run was interrupted, its build may be of a change. Copies keep their times, so cargo would take it for fresh.
	@rm -rf build/mutants/target/mutants/.fingerprint/beams-*
	export PATH="$(CURDIR)/build/cargo/bin:$$PATH" CARGO_TARGET_DIR="$(CURDIR)/build/mutants/target" PROPTEST_MAX_SHRINK_ITERS=0; \
	  $(MUTANTS) --cargo-arg=--lib --cargo-test-arg=$(subst /,::,$(MODULE_PATH)) || case $$? in 2 | 3) ;; *) exit 1 ;; esac; \
	  $(MUTANTS) --test-tool $(if $(shell command -v cargo-nextest),nextest,cargo)

.PHONY: mutants-js
mutants-js: build build/stryker/.installed ## long: MODULE=<file in lib>: for each change of it, some test must fail
	MODULE=$(MODULE) build/stryker/node_modules/.bin/stryker run __test__/stryker/stryker.config.js

.PHONY: memcheck
memcheck: debug ## long: every path between JavaScript and Rust under valgrind, which must find nothing
	$(call need,valgrind,On Debian: apt-get install valgrind.)
	valgrind --error-exitcode=1 node --jitless __test__/programs/memcheck-client.js

.PHONY: version
version: ## TO=1.2.3: the version of every package, ready to commit and tag
	npm version $(TO) --no-git-tag-version --include-workspace-root \
	  --workspace beams-emulator --workspace @beams-native/nestjs --workspace @beams-native/opentelemetry
	npx napi version
	sed --in-place '0,/^version = .*/s//version = "$(TO)"/' Cargo.toml
	cargo update --workspace --offline --quiet
	cargo update --manifest-path fuzz/Cargo.toml --package beams --offline --quiet

.PHONY: clean
clean: ## remove everything that was built or installed
	rm -rf build node_modules __test__/*/node_modules packages/*/node_modules target *.node

.PHONY: tools
tools:
	$(call need,node,Install Node.js 20.17 or later from https://nodejs.org.)
	$(call need,npm,It comes with Node.js: https://nodejs.org.)
	$(call need,cargo,Install Rust 1.89 or later from https://rustup.rs.)
	$(call need,cc,Install a C compiler: it builds the crypto library. On Debian: apt-get install build-essential.)

node_modules/.installed: package.json __test__/typescript-7/package.json packages/emulator/package.json packages/nestjs/package.json packages/opentelemetry/package.json package-lock.json
	npm ci
	@touch $@

build/python/.installed: packages/emulator/__test__/requirements.txt | python
	python3 -m venv build/python
	build/python/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

build/uv/.installed: | python
	python3 -m venv build/uv
	build/uv/bin/pip install --quiet --disable-pip-version-check uv
	@touch $@

# npm may leave out install scripts; these two then have to be run by hand.
build/runtimes/.installed: __test__/runtimes/package.json
	@mkdir -p build/runtimes
	cp $< build/runtimes
	npm install --prefix build/runtimes --no-package-lock --no-audit --no-fund
	cd build/runtimes/node_modules/bun && node install.js
	cd build/runtimes/node_modules/deno && node install.cjs
	@touch $@

build/stryker/.installed: __test__/stryker/package.json __test__/stryker/package-lock.json
	@mkdir -p build/stryker
	cp $^ build/stryker
	npm ci --prefix build/stryker --no-audit --no-fund
	@touch $@

build/zig/.installed: .ci/requirements.txt | python
	python3 -m venv build/zig
	build/zig/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

# It reads a few files once, so a debug build is enough.
build/cargo/bin/cargo-deny:
	cargo install --quiet --locked --debug --root build/cargo --no-default-features cargo-deny@0.20.2

build/cargo/bin/cargo-mutants:
	cargo install --quiet --locked --debug --root build/cargo cargo-mutants@27.1.0

build/cargo/bin/cargo-cyclonedx:
	cargo install --quiet --locked --debug --root build/cargo cargo-cyclonedx@0.5.9

build/cargo/bin/cargo-fuzz:
	cargo install --quiet --locked --debug --root build/cargo cargo-fuzz@0.13.2

build/cargo/bin/cargo-about:
	cargo install --quiet --locked --root build/cargo --features cli cargo-about@0.9.3

build/bench: Cargo.lock bench/rust/Cargo.toml $(wildcard bench/rust/src/bin/*.rs)
	cargo build --release --locked --package beams-bench
	@mkdir -p build && touch $@

# napi writes several files; this one represents all of them.
build/release: node_modules/.installed dts-header.d.ts $(RUST_SOURCES)
	npm run build
	@mkdir -p build && touch $@

build/package: node_modules/.installed $(if $(PORTABLE),build/zig/.installed) dts-header.d.ts $(RUST_SOURCES)
	PATH="$(CURDIR)/build/zig/bin:$$PATH" npm run build -- $(PORTABLE)
	for file in beams-native.*.node; do name=$${file#beams-native.}; cp LICENSE "$$file" "npm/$${name%.node}"; done
	@touch build/release $@
