# The two commands of a newcomer are `make demo` and `make test`. Each installs what is missing first (tools/setup.sh).
.DEFAULT_GOAL := help
.PHONY: help setup build demo test serve bench lint format fuzz clean venv
SHELL := /bin/bash
VENV := build/venv
PYTHON := $(VENV)/bin/python

help:
	@echo "make demo    build, then run a scheduled table-to-bucket export end to end on a wound clock"
	@echo "make test    every test: unit (under sanitizers) and black-box"
	@echo "make build   build/release/orrery"
	@echo "make serve   the server on 127.0.0.1:4566, data in ./data"
	@echo "make bench   figures: speed and memory beside a constant reply and a peer"
	@echo "make lint    formatting, house rules (tools/tidy.py), clang-tidy"
	@echo "make fuzz    every fuzz target, FUZZ_SECONDS each (default 60)"
	@echo "make clean   removes build/"

setup:
	@tools/setup.sh

build: setup
	@cmake --preset release > build.log 2>&1 || { cat build.log; rm -f build.log; exit 1; }; rm -f build.log
	@cmake --build --preset release

venv: $(VENV)/ready

$(VENV)/ready: tests/requirements.txt | setup
	@/usr/bin/python3 -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

demo: build venv
	@$(PYTHON) examples/scheduled_export/demo.py

test: build venv
	@$(PYTHON) tools/run_tests.py

serve: build
	@exec build/release/orrery serve --data ./data

bench: build venv
	@$(PYTHON) bench/run.py

lint:
	@tools/setup.sh tools/packages_lint.txt
	@tools/lint.sh

format: setup
	@git ls-files 'src/*.cc' 'src/*.h' 'examples/*.cc' 'examples/*.h' | xargs -r clang-format -i

fuzz: setup
	@tools/fuzz.sh

clean:
	@rm -rf build
