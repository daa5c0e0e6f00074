# `make book` and `make test` are all a new user needs: Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
FIRST  := _build/html/intro.html
# What a page can depend on. The list is part of the stamp's name, so that a lost file is noticed.
INPUTS := $(sort $(shell find analysis data book _config.yml -name __pycache__ -prune -o -type f -print))
STAMP  := _build/html/.built-$(firstword $(shell echo $(INPUTS) | cksum))
PORT   ?= 8000
# Everything a reader may add, but the laboratory, which nothing here needs.
EXTRAS := --extra excel --extra parquet --extra docx --extra book

# Compiled modules make each chapter's start-up several times faster; keep them whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE
# One linear-algebra thread: same numbers on every machine, and no contention on two cores.
export OPENBLAS_NUM_THREADS := 1

.PHONY: book words pdf epub notebooks replication test lint serve bench certify calibrate mine lock clean help
.DEFAULT_GOAL := help

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, this is %s: run make PYTHON=python3.11 book" % sys.version.split()[0])'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

book: $(STAMP) ## execute the chapters and build the book in every language
	@echo "The book is built: open $(FIRST)"

# The stamp bears the time of the start: what is edited while the book is built is newer.
$(STAMP): $(READY) $(INPUTS)
	@rm -f _build/html/.built-*
	@mkdir -p _build && touch _build/started
	@$(BIN)/python book/_ext/build_editions.py
	@mv _build/started $@

pdf: book ## print every edition, or EDITION=en or zh, as one PDF (needs Chromium and its driver)
	@$(BIN)/python book/_ext/print_book.py _build/book.pdf $(EDITION)

epub: book ## write every edition, or EDITION=en or zh, as an EPUB (needs Chromium and its driver)
	@$(BIN)/python book/_ext/write_epub.py _build/book.epub $(EDITION)

notebooks: $(READY) ## write every chapter as a notebook that runs where the package is installed
	@$(BIN)/python book/_ext/notebooks.py _build/notebooks

replication: $(READY) ## write REPLICATION.md from the data, the chapters and the code
	@$(BIN)/python book/_ext/replication_file.py REPLICATION.md

words: $(READY) ## bring the catalogues of the other editions in step with the pages
	@$(BIN)/python book/_ext/catalogues.py

test: $(READY) ## run the whole test suite on all processors (browser tests need `make book` first)
	@$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(READY) ## check style, annotations and which layer imports which
	@$(BIN)/ruff check analysis tests book/_ext
	@$(BIN)/ruff format --check analysis tests book/_ext
	@$(BIN)/lint-imports --no-cache

serve: book ## serve the built book on this machine
	@echo "http://127.0.0.1:$(PORT)/intro.html"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

bench: $(READY) ## time the batched code against its peers and the book against an older one, as ratios
	@$(BIN)/python tests/bench/run.py

certify: $(READY) ## simulate every method anew and write the table of certificates
	$(BIN)/python -m analysis certify --write

calibrate: $(READY) ## simulate books with nothing to find and with planted effects, and judge them
	$(BIN)/python -m analysis calibrate --jobs $(shell nproc)

# The book's own chapters are not built on foreign figures: their sentences are bound to its results
# (book/statements). Chapters on a reader's figures are made of the ledger's words and of what came out.
# A shell may set LANGUAGE for its own messages, so only one that is typed after `make` counts.
mine: $(READY) ## report and chapters on your own table: make mine DATA=table.xlsx [MAP=map.yml] [LEDGER=my.yml] [LANGUAGE=zh] [OUT=_build/mine]
	@test -n "$(DATA)" || { echo "Name your table: make mine DATA=table.xlsx" >&2; exit 2; }
	@$(BIN)/python -m analysis $(if $(filter command,$(origin LANGUAGE)),--lang "$(LANGUAGE)") adapt "$(DATA)" --out "$(or $(OUT),_build/mine)" $(if $(MAP),--map "$(MAP)") \
	  $(if $(LEDGER),--ledger "$(LEDGER)") --book
	@echo "Chapters on your figures: open $(or $(OUT),_build/mine)/html/index.html"

lock: $(READY) ## renew requirements.lock and environment.yml from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml $(EXTRAS) --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-header --quiet --output-file requirements.lock
	$(BIN)/pyproject2conda yaml $(EXTRAS) --group dev --python-include infer --name patient-capital-book \
	  --channel conda-forge --output environment.yml --overwrite force

clean: ## remove the environment and everything built
	rm -rf $(VENV) _build .pytest_cache .ruff_cache
