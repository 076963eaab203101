# The commands of this repository. Everything that they make is in build/, node_modules/, client/dist/ and bundled/;
# a stamp in build/stamps/ says that a part is up to date, so that a second call takes seconds.

PAPER ?= examples/stale-pipeline/main.tex
PYTHON ?=
export PYTHON

STAMPS := build/stamps
PY := build/venv/bin/python
version = $(shell sed -n 's/^ *"version": "\(.*\)",/\1/p' package.json | head -n 1)
python_sources := $(shell find server hwmodels persona -type f ! -name '*.pyc' ! -path '*.egg-info*')
client_sources := $(shell find client/src client/webview client/media -type f)
shipped := $(wildcard README.md CHANGELOG.md LICENSE .vscodeignore docs/pictures/*) $(shell find examples/stale-pipeline -type f)

.PHONY: help start test check docs bench seeded physics differential vsix pictures clean
.DELETE_ON_ERROR:

help:
	@echo "make start [PAPER=path/to/main.tex]  open a paper in VS Code, with the findings"
	@echo "make test                            all tests, those in a real editor included"
	@echo "make check                           style, types, layers, and whether the docs are up to date"
	@echo "make docs                            write the generated pages of docs/"
	@echo "make bench                           how long the engine takes"
	@echo "make seeded                          how many errors in papers are found, and the README's table of it"
	@echo "make physics                  the same with errors that physics refutes"
	@echo "make differential                    the formulas beside those of mlsysim, which it installs in build/"
	@echo "make vsix                            the extension as a package for your own VS Code"
	@echo "make pictures                        take the README's pictures anew"
	@echo "make clean                           remove all that was built"

start: $(STAMPS)/python
	@node scripts/start.mjs "$(PAPER)"

test: $(STAMPS)/python $(STAMPS)/voice $(STAMPS)/client $(STAMPS)/vsix $(STAMPS)/editor
	@node scripts/test.mjs

check: $(STAMPS)/python $(STAMPS)/client
	@node scripts/check.mjs

docs: $(STAMPS)/python
	@$(PY) scripts/docs.py

bench: $(STAMPS)/python
	@$(PY) scripts/bench.py

seeded: $(STAMPS)/python
	@$(PY) scripts/seeded.py --write

physics: $(STAMPS)/python
	@$(PY) scripts/seeded.py --physics --write
	@$(PY) scripts/seeded.py --unseen --write

differential: $(STAMPS)/differential
	@build/differential-venv/bin/python scripts/differential.py

vsix: $(STAMPS)/vsix
	@echo "build/tanaka-$(version).vsix; install it: code --install-extension build/tanaka-$(version).vsix"

pictures: $(STAMPS)/python $(STAMPS)/vsix $(STAMPS)/editor
	@node scripts/e2e.mjs --pictures

clean:
	rm -rf build client/dist bundled

# Parts, each made again when what it depends on has changed.

$(STAMPS)/python: pyproject.toml scripts/setup.mjs
	@node scripts/setup.mjs python
	@mkdir -p $(STAMPS) && touch $@

# What the tests of the voice need: litellm, in an environment of its own.
$(STAMPS)/voice: pyproject.toml scripts/setup.mjs $(STAMPS)/python
	@node scripts/setup.mjs voice
	@mkdir -p $(STAMPS) && touch $@

# Another package of the same formulas, in an environment of its own, for who wants to compare.
$(STAMPS)/differential: tests/hwmodels/partners.toml scripts/setup.mjs $(STAMPS)/python
	@node scripts/setup.mjs differential
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/client: package.json package-lock.json scripts/setup.mjs
	@node scripts/setup.mjs client
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/host: $(wildcard scripts/host/*.json) scripts/setup.mjs
	@node scripts/setup.mjs host
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/browser: $(wildcard scripts/browser/*.json) scripts/setup.mjs
	@node scripts/setup.mjs browser
	@mkdir -p $(STAMPS) && touch $@

# What the tests in the editor need, where it can be had at all; scripts/e2e.mjs says so where it cannot.
$(STAMPS)/editor: scripts/setup.mjs
	@if node scripts/e2e.mjs --possible; then $(MAKE) --no-print-directory $(STAMPS)/host $(STAMPS)/browser; fi

$(STAMPS)/vsix: $(STAMPS)/python $(STAMPS)/client $(python_sources) $(client_sources) $(shipped) client/esbuild.mjs scripts/bundle.py scripts/vsix.mjs
	@node scripts/vsix-steps.mjs
	@mkdir -p $(STAMPS) && touch $@
