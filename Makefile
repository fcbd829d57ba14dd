# Every chore of flowcase. `make run` and `make test` do everything on a fresh machine; `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?= $(shell bash tools/which-python.sh)
FLOWCASE_HOME ?= $(CURDIR)/var
PORT ?= 5000
SUITES ?= ../shared/suites
export FLOWCASE_HOME
# Some machines set it: then each of the many processes of the tests would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE
export FLOWCASE_SUITES ?= $(abspath $(SUITES))

.PHONY: help erased-demo setup setup-dev frontend run test lint scenarios check tck chaos migration rounds walks walks-browser api-fuzz verapdf audit security-page crawl million bench bench-peers docs lock wheel clean foreign-files

help: ## List all chores
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/runtime.stamp: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Expected Python 3.11 or newer, but there is none. Install it (Debian: apt-get install python3 python3-venv) and run make again."; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Expected to make a virtual environment, but Python's venv module is missing. Install it (Debian: apt-get install python3-venv) and run make again."; exit 1; }
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml $(VENV)/runtime.stamp
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/runtime.stamp frontend ## Set up what running needs
	@bash tools/debian-packages.sh lib:libpangoft2-1.0.so.0 libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core || echo "PDF files are unavailable until then; everything else works."

setup-dev: $(VENV)/dev.stamp frontend ## Set up what testing needs, Chromium included
	@bash tools/debian-packages.sh chromium chromium
	@bash tools/debian-packages.sh lib:libpangoft2-1.0.so.0 libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core

frontend: $(VENV)/runtime.stamp ## Bundle the front end
	@$(PY) hatch_build.py

run: setup ## Set up, load the processes and fictional cases, start web and scheduler
	@$(VENV)/bin/flowcase demo --port $(PORT)

test: setup-dev lint ## Every check that CI runs
	$(VENV)/bin/pytest -q -n 3 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/dev.stamp ## Format, lint, types and import contracts
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy

scenarios: setup ## Run the executable scenarios
	$(VENV)/bin/flowcase scenario processes/scenarios/*.yaml

check: setup ## Check the shipped processes as a deployment would
	$(VENV)/bin/flowcase check processes

tck: setup ## Run the DMN compatibility kit: make tck TCK=path
	$(PY) tools/tck.py $(or $(TCK),$(SUITES)/dmn-tck)

chaos: setup-dev ## Try every fault; writes docs/chaos.md. One: make chaos ONLY=nodes MINUTES=5 SEED=1; largest: FULL=1
	$(PY) tools/chaos.py $(if $(ONLY),,--markdown docs/chaos.md) $(if $(FULL),--full) $(if $(ONLY),--only $(ONLY)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

migration: setup-dev ## Move a thousand running examinations to a changed diagram, and back
	FLOWCASE_MOVED=$(or $(MOVED),1000) $(PY) -m pytest -q tests/processes/test_moving_examinations.py

rounds: setup-dev ## Follow up one case 2,000 times; writes docs/follow-ups.md
	$(PY) tools/rounds.py --docs docs

walks: setup-dev ## Walk ten thousand random processes; the engine must do what BPMN says
	$(PY) tests/engine/walks.py 10000 --write

walks-browser: setup-dev ## Walk five scenarios through the pages by mouse, by keyboard and on a phone's width
	FLOWCASE_WALK_ALL=1 $(PY) -m pytest -q tests/web/walks

api-fuzz: setup-dev ## Ask every operation of the API four hundred times: anything, with made-up and real ids
	FLOWCASE_API_EXAMPLES=400 $(PY) -m pytest -q tests/web/test_api_contract.py

verapdf: setup-dev ## Let veraPDF (Maven Central, needs a JDK) check case files and access reports against PDF/A-3b
	mvn -q -B -f tools/verapdf/pom.xml dependency:copy-dependencies -DoutputDirectory=$(CURDIR)/var/verapdf
	FLOWCASE_VERAPDF="$(CURDIR)/var/verapdf/*" $(PY) -m pytest -q tests/web/test_case_dossier.py tests/web/test_access_reports.py -k "verapdf or independent_reader"

audit: setup-dev ## Look for known weaknesses, licences and secrets; bills of materials to build/. By an OSV export: make audit ADVISORIES=FILE
	$(PY) tools/audit.py $(if $(filter none,$(ADVISORIES)),--without-advisories,$(foreach file,$(ADVISORIES),--advisories $(file)))

foreign-files: setup-dev ## Open every file of the suites in the studio's editors, change, undo, save, compare
	FLOWCASE_FOREIGN=all $(PY) -m pytest -q tests/web/test_foreign_files.py

security-page: setup-dev ## Write the list of attacks in docs/security.md from the tests that try them
	$(PY) tools/security_page.py

crawl: setup-dev ## Ask every page with every id of the demonstration, as somebody of each kind
	test -e var/crawl/sign-ins.txt || FLOWCASE_HOME=$(CURDIR)/var/crawl $(VENV)/bin/flowcase demo --no-serve
	$(PY) tools/crawl.py --home var/crawl $(if $(MOST),--most $(MOST))

erased-demo: setup-dev ## Erase cases of the demonstration with two people, then look for their words everywhere
	test -e var/crawl/sign-ins.txt || FLOWCASE_HOME=$(CURDIR)/var/crawl $(VENV)/bin/flowcase demo --no-serve
	$(PY) -m tests.proofs.erased_demo var/crawl

million: setup-dev ## Verify a history of a million events, and try the six tamperings on it
	FLOWCASE_VERIFIED_EVENTS=1000000 $(PY) -m pytest -q -s tests/cli/test_verify_many.py

bench: setup-dev ## Measure, as ratios within one run; writes docs/performance.md. Small and not kept: make bench QUICK=1
	@mkdir -p var
	$(PY) tools/bench.py $(if $(QUICK),--quick --markdown var/performance.md,--markdown docs/performance.md) --json var/bench.json; measured=$$?; $(PY) tools/bench_feel.py && exit $$measured

bench-peers: setup-dev ## Run the same process on flowcase and on others, beside each other
	@mkdir -p var
	$(PY) tools/bench_peers.py --json var/bench-peers.json --markdown docs/peers.md

docs: setup-dev ## Write the generated pages under docs/ anew
	$(PY) tools/generate_docs.py
	$(PY) tools/feel_attacks.py
	$(PY) tests/engine/conformance_suite.py

lock: $(VENV)/dev.stamp ## Pin the newest allowed dependencies
	$(VENV)/bin/uv pip compile -q --universal --generate-hashes --no-annotate --no-header --upgrade --extra build pyproject.toml -o requirements.lock
	$(VENV)/bin/uv pip compile -q --universal --generate-hashes --no-annotate --no-header --upgrade --extra build pyproject.toml --group dev -o requirements-dev.lock
	@for peer in viewflow dbos; do $(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade tools/benchmarks/peers/requirements-$$peer.in -o tools/benchmarks/peers/requirements-$$peer.lock; done

wheel: setup-dev ## Build the wheel with its front end; dist/ holds no other, so that an image takes that one
	rm -f dist/flowcase-*.whl
	$(PY) -m pip wheel --quiet --no-deps --no-build-isolation -w dist .

clean: ## Remove the environment, the data and everything built
	rm -rf $(VENV) var dist build src/flowcase/web/static/bundle src/flowcase/web/frontend/node_modules
