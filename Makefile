# Commands of cxmap; README says what each is for. Needs Python 3.11 or newer and make.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
export PORT
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# pytest takes more through ARGS: make test ARGS="tests/journeys -k publish"
ARGS ?=
WORKERS ?= 2
CATALOGUES := $(shell find locale -name '*.po' 2>/dev/null)

.PHONY: help run test check bench backup restore requirements format translations tools clean

help:
	@echo "make run           everything on http://127.0.0.1:8000/ (PORT=8010 changes it); Ctrl-C stops it"
	@echo "make test          the whole suite (ARGS=… goes to pytest, WORKERS=… processes)"
	@echo "make check         formatting, lint, types, import directions, migrations, translations"
	@echo "make bench         benchmarks, one JSON object a line (ONLY=name for one)"
	@echo "make backup FILE=… the whole database and uploads in one file"
	@echo "make restore FILE=… puts such a file in place of what is there (asks first; YES=1 does not)"
	@echo "make format        formats the code;  make translations  extracts new texts into locale/"
	@echo "make requirements  compiles requirements*.txt from requirements*.in (UPGRADE=1: newest versions)"

# Packages are installed again only when the list of them changes.
$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "cxmap needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.packages: requirements.txt | $(VENV)/pyvenv.cfg
	@echo "Installing packages (some minutes the first time) …"
	@$(PY) -m pip install --quiet --requirement requirements.txt
	@touch $@

$(VENV)/.packages-dev: requirements-dev.txt $(VENV)/.packages
	@echo "Installing development packages …"
	@$(PY) -m pip install --quiet --requirement requirements-dev.txt
	@touch $@

$(VENV)/.translations: $(CATALOGUES) scripts/compile_translations.py $(VENV)/.packages
	@$(PY) scripts/compile_translations.py
	@touch $@

run: $(VENV)/.packages $(VENV)/.translations
	@exec $(PY) -m cxmap.local run

# In the order of the folders: what a folder sets up (the demonstration before a browser) is then made once, not once a file.
test: $(VENV)/.packages-dev $(VENV)/.translations
	@scripts/install_tools.sh browser
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.packages-dev $(VENV)/.translations
	@scripts/install_tools.sh gettext
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djlint --lint --quiet templates
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) scripts/check_translations.py

bench: $(VENV)/.packages-dev $(VENV)/.translations
	@$(PY) -m benchmarks $(ONLY)

backup: $(VENV)/.packages
	@test -n "$(FILE)" || { echo "Name the file: make backup FILE=cxmap.tar"; exit 2; }
	@$(PY) -m cxmap.local backup "$(FILE)"

restore: $(VENV)/.packages
	@test -n "$(FILE)" || { echo "Name the file: make restore FILE=cxmap.tar"; exit 2; }
	@$(PY) -m cxmap.local restore $(if $(YES),--yes) "$(FILE)"

format: $(VENV)/.packages-dev
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

translations: $(VENV)/.packages-dev
	@scripts/install_tools.sh gettext
	$(PY) scripts/check_translations.py --update

requirements: $(VENV)/.packages-dev
	$(PY) -m piptools compile $(COMPILE_OPTIONS) --output-file=requirements.txt requirements.in
	$(PY) -m piptools compile $(COMPILE_OPTIONS) --output-file=requirements-dev.txt requirements-dev.in

# Where packages come from is a matter of the machine, so no option of it is written down.
COMPILE_OPTIONS := --quiet $(if $(UPGRADE),--upgrade) --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
