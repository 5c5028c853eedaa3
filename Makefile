# What a newcomer types: `make demo` and `make test`. Each installs what is missing (Debian packages by apt-get, as root or
# with sudo; Python peers from PyPI into .peers/venv) and needs nothing but a Swift 6.3 toolchain, git and make beside it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := build

SWIFT ?= swift
PYTHON ?= /usr/bin/python3
peers := Tests/InteroperabilityTests/Peers
venv := .peers/venv
export PYTHON
# Seconds for one run of tests: a hang ends here. INT is the signal at which swift test takes the tests down with it.
TEST_TIMEOUT ?= 1500

.PHONY: build release install install-files demo test bench docs screenshots lint format setup packages setup-build toolchain clean

## demo: a synthetic schedule for today in the browser; nothing leaves the machine
demo: release
	@.build/release/worklist demo

## build: everything, for debugging
build: setup-build
	@$(SWIFT) build

## release: the optimised program, .build/release/worklist
release: setup-build
	@$(SWIFT) build -c release --product worklist

# What talks over sockets, and what starts programs, runs by itself: beside a thousand other tests on two cores it would
# wait longer than its deadlines.
## test: lint, then every test, real peers included
test: toolchain setup lint
	@$(SWIFT) build --build-tests
	Tests/DocumentationTests/Tools/docs.sh --check
	run() { timeout --verbose --signal=INT --kill-after=20 $(TEST_TIMEOUT) $(SWIFT) test --skip-build "$$@" </dev/null; }
	status=0
	run --skip '^(DICOMNetworkTests|DICOMNetworkTLSTests|DocumentationTests|CommandTests|InteroperabilityTests)\.' || status=$$?
	for target in DICOMNetworkTests DICOMNetworkTLSTests DocumentationTests CommandTests InteroperabilityTests; do run --filter "^$$target\." || status=$$?; done
	exit $$status

## install: the program, its manual page, completions and themes, below PREFIX (and DESTDIR)
install: release install-files

PREFIX ?= /usr/local
BINARY ?= .build/release/worklist
share = $(DESTDIR)$(PREFIX)/share
# Made by the program itself, so that page and completions are those of this version.
install-files:
	@install -D -m 755 $(BINARY) "$(DESTDIR)$(PREFIX)/bin/worklist"
	made=$$(mktemp -d)
	trap 'rm -rf "$$made"' EXIT
	$(BINARY) manual >"$$made/man"
	for shell in bash zsh fish; do $(BINARY) completion $$shell >"$$made/$$shell"; done
	install -D -m 644 "$$made/man" "$(share)/man/man1/worklist.1"
	install -D -m 644 "$$made/bash" "$(share)/bash-completion/completions/worklist"
	install -D -m 644 "$$made/zsh" "$(share)/zsh/site-functions/_worklist"
	install -D -m 644 "$$made/fish" "$(share)/fish/vendor_completions.d/worklist.fish"
	for theme in themes/*.toml; do install -D -m 644 "$$theme" "$(share)/worklist/$$theme"; done

## bench: figures of the release program beside DCMTK's, in one run
bench: setup release
	@$(SWIFT) build -c release --product benchmark-peer
	PYTHONDONTWRITEBYTECODE=1 $(venv)/bin/python Tests/Benchmarks/bench.py .build/release/worklist

## docs: the documentation of the modules, in .build/docs/worklist.doccarchive; a broken link fails
docs: build
	@Tests/DocumentationTests/Tools/docs.sh

## screenshots: the pictures of the README, drawn anew by the program
screenshots: build
	@Tests/CommandTests/Pictures/draw.sh .build/debug/worklist .images

## lint: formatting, and generated sources as their generator writes them
lint: toolchain $(venv)/ready
	@$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests
	PYTHONDONTWRITEBYTECODE=1 $(venv)/bin/python Sources/DICOMData/Dictionary/generate_dictionary.py --check

## format: rewrite the sources as lint wants them
format:
	@$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

## setup: what the tests need: libraries, DCMTK, Orthanc, tmux, and the Python peers
setup: packages $(venv)/ready

packages:
	@source $(peers)/install.sh
	install_missing \
	    "libncurses-dev file /usr/include/curses.h" \
	    "zlib1g-dev file /usr/include/zlib.h" \
	    "libsqlite3-dev file /usr/include/sqlite3.h" \
	    "python3-venv python ensurepip" \
	    "dcmtk command findscu" \
	    "openssl command openssl" \
	    "orthanc file /usr/share/orthanc/plugins/libModalityWorklists.so" \
	    "tmux command tmux"

$(venv)/ready: $(peers)/requirements.txt | packages
	@rm -rf $(venv)
	$(PYTHON) -m venv $(venv)
	$(venv)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

## setup-build: what a build needs
setup-build: toolchain
	@source $(peers)/install.sh
	install_missing "libncurses-dev file /usr/include/curses.h" "zlib1g-dev file /usr/include/zlib.h" \
	    "libsqlite3-dev file /usr/include/sqlite3.h"

toolchain:
	@command -v $(SWIFT) >/dev/null || { echo "No Swift toolchain in PATH: install Swift 6.3 from https://swift.org/install" >&2; exit 1; }

## clean: what was built; the installed peers stay
clean:
	@rm -rf .build
