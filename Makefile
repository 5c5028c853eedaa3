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
# The whole test run, in seconds: a hang ends here at the latest.
TEST_TIMEOUT ?= 1500

.PHONY: build release demo test lint format setup setup-build clean

## demo: a synthetic schedule for today in the browser; nothing leaves the machine
demo: release
	@.build/release/worklist demo

## build: everything, for debugging
build: setup-build
	@$(SWIFT) build

## release: the optimised program, .build/release/worklist
release: setup-build
	@$(SWIFT) build -c release --product worklist

# The tests that talk to other programs run after the others, and not beside them: they need both cores to themselves.
## test: lint, then every test, real peers included
test: setup lint
	@$(SWIFT) build --build-tests
	run() { timeout --verbose --kill-after=20 $(TEST_TIMEOUT) $(SWIFT) test --skip-build "$$@" </dev/null; }
	run --skip InteroperabilityTests
	run --filter InteroperabilityTests

## lint: formatting, and generated sources as their generator writes them
lint: $(venv)/ready
	@$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests
	PYTHONDONTWRITEBYTECODE=1 $(venv)/bin/python Sources/DICOMData/Dictionary/generate_dictionary.py --check

## format: rewrite the sources as lint wants them
format:
	@$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

## setup: what the tests need: libraries, DCMTK, Orthanc, tmux, and the Python peers
setup: setup-build $(venv)/ready
	@source $(peers)/install.sh
	install_missing \
	    "dcmtk command findscu" \
	    "orthanc file /usr/share/orthanc/plugins/libModalityWorklists.so" \
	    "tmux command tmux"

## setup-build: what a build needs
setup-build:
	@command -v $(SWIFT) >/dev/null || { echo "No Swift toolchain found: install Swift 6.3 from https://swift.org/install" >&2; exit 1; }
	source $(peers)/install.sh
	install_missing "libncurses-dev file /usr/include/curses.h"

$(venv)/ready: $(peers)/requirements.txt
	@source $(peers)/install.sh
	install_missing "python3-venv python ensurepip"
	rm -rf $(venv)
	$(PYTHON) -m venv $(venv)
	$(venv)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

## clean: what was built; the installed peers stay
clean:
	@rm -rf .build
