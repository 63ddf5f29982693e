# Every command of the project. `make help` lists them.
# Parameters, also read from the environment by plain dbt: RAW_DIR, SOURCES, WAREHOUSE_DIR, PUBLISHED_DIR, AS_OF.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ENVIRONMENT := $(VENV)/.requirements.lock

export SOURCES ?= salesforce stripe segment zendesk files
export WAREHOUSE_DIR ?= warehouse
export PUBLISHED_DIR ?= published
export RAW_DIR ?= data/raw
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false

SAMPLE_COMPANY := --customers 160 --months 30 --seed 1
SAMPLE_STAMP := data/raw/.sample

.DEFAULT_GOAL := help
.PHONY: help environment sample build check test truth forecast backtest mutate faults prove bench audit lint contract handbook dashboard quality-report data-docs docs backup restore clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  RAW_DIR=$(RAW_DIR) SOURCES="$(SOURCES)" WAREHOUSE_DIR=$(WAREHOUSE_DIR) PUBLISHED_DIR=$(PUBLISHED_DIR) AS_OF=$(AS_OF)'

environment: $(ENVIRONMENT) ## Create or update .venv from requirements.lock

$(ENVIRONMENT): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	cp requirements.lock $@

# The sample is made only where RAW_DIR is left at its default.
sample: $(ENVIRONMENT) $(if $(filter data/raw,$(RAW_DIR)),$(SAMPLE_STAMP)) ## Generate the sample company into data/raw

$(SAMPLE_STAMP): scripts/simulate.py $(wildcard scripts/simulator/*.py) | $(ENVIRONMENT)
	$(BIN)/python scripts/simulate.py $(SAMPLE_COMPANY) --out data/raw
	@touch $@

build: sample ## Build the warehouse from RAW_DIR, through the gates, and publish
	@$(BIN)/python scripts/build.py

check: sample ## Say what lies under RAW_DIR, what is missing and which KPIs it can feed; builds nothing
	@mkdir -p $(WAREHOUSE_DIR)
	@$(BIN)/dbt --quiet run-operation check_raw

test: $(ENVIRONMENT) lint ## The proof: lint, conventions, pytest, two whole builds, third-party data
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

SEED ?= 1
CUSTOMERS ?= 300
MONTHS ?= 30

truth: $(ENVIRONMENT) ## Simulate a company (SEED, CUSTOMERS, MONTHS), build it, hold the warehouse against its truth
	@$(BIN)/python scripts/truth.py --seed $(SEED) --customers $(CUSTOMERS) --months $(MONTHS)

forecast: $(ENVIRONMENT) ## Learn the forecasts' weights from the warehouse's own customers: seeds/forecast_weights.csv, which the next build scores with
	@$(BIN)/python scripts/forecast.py

backtest: $(ENVIRONMENT) ## Simulate companies (SEED="7 11", CUSTOMERS, MONTHS), build them, and say how well health and forecasts foretell: docs/health.md
	@$(BIN)/python scripts/backtest.py $(if $(filter command line environment,$(origin SEED)),--seed $(SEED)) $(if $(filter command line environment,$(origin CUSTOMERS)),--customers $(CUSTOMERS)) $(if $(filter command line environment,$(origin MONTHS)),--months $(MONTHS))

mutate: $(ENVIRONMENT) ## How many wrong versions of the models the tests notice (MODELS="core/usage kpi_quick_ratio" SAMPLE=300)
	@$(BIN)/python scripts/mutate.py $(MODELS) $(if $(SAMPLE),--sample $(SAMPLE))

faults: $(ENVIRONMENT) ## One simulated company per named fault, and what caught it: target/faults.csv, docs/faults.md
	@$(BIN)/python scripts/faults.py --jobs 2

prove: $(ENVIRONMENT) ## What takes hours: all faults, twenty clean companies that no rule may stop, a whole build killed all over, 50 million events
	@$(BIN)/python scripts/faults.py --jobs 2 --clean 19
	@PROVE=1 $(BIN)/python -m pytest tests/python/test_machine_faults.py -k kill
	@$(BIN)/python scripts/bench.py

bench: $(ENVIRONMENT) ## What builds cost, as ratios on generated data (CUSTOMERS=10000 EVENTS=50000000): docs/performance.md
	@$(BIN)/python scripts/bench.py $(if $(filter command line environment,$(origin CUSTOMERS)),--customers $(CUSTOMERS)) $(if $(EVENTS),--events $(EVENTS))

audit: $(ENVIRONMENT) ## Known vulnerabilities of the pinned dependencies, by OSV (OSV_URL: a mirror of it); needs the network
	@$(BIN)/pip-audit --vulnerability-service osv $(if $(OSV_URL),--osv-url $(OSV_URL)) --require-hashes --disable-pip --progress-spinner off --requirement requirements.lock

lint: $(ENVIRONMENT) ## ruff, yamllint and sqlfluff
	$(BIN)/ruff check scripts tests
	$(BIN)/ruff format --check scripts tests
	$(BIN)/yamllint --strict .
	$(BIN)/python scripts/lint.py

contract: $(ENVIRONMENT) ## Write the tables of docs/your_own_data.md anew from what is declared of the source files
	$(BIN)/python scripts/files_contract.py

handbook: $(ENVIRONMENT) ## Write docs/kpis.md, the handbook of all KPIs, anew from what they say of themselves
	$(BIN)/python scripts/handbook.py

dashboard: $(ENVIRONMENT) ## One HTML file from the published marts, target/dashboard.html; needs no network
	@$(BIN)/python scripts/dashboard.py

quality-report: $(ENVIRONMENT) ## What the guards saw, for data stewards: one HTML file, target/quality.html
	@$(BIN)/python scripts/quality_report.py

data-docs: $(ENVIRONMENT) ## Great Expectations' Data Docs of all gates' suites on the warehouse, target/data_docs/index.html
	@$(BIN)/python scripts/data_docs.py

docs: sample ## dbt's documentation as one page, target/static_index.html
	$(BIN)/dbt docs generate --static

backup: $(ENVIRONMENT) ## Write the history that no build can make again to BACKUP_DIR (backups/) as Parquet
	@$(BIN)/python scripts/history.py backup

restore: $(ENVIRONMENT) ## Read a backup back: make restore FROM=backups/<name>
	@$(BIN)/python scripts/history.py restore $(FROM)

clean: ## Remove what builds made; history and .venv stay
	rm -rf target logs data/raw .pytest_cache .ruff_cache
	@test ! -x $(BIN)/python || $(BIN)/python scripts/history.py clean
