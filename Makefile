# Waymark. `make` or `make help` lists what can be made.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

GO ?= go
NPM ?= npm
ADDR ?= :8080
# Where `make run` keeps its data: data/ here, or for root below /var/lib when the
# database's user cannot reach this folder.
DATA ?= $(shell scripts/datadir.sh)
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

# No paths of this machine in what is built. The same flags for programs and tests:
# with others, everything would be compiled once more.
export GOFLAGS := $(filter-out -trimpath,$(shell $(GO) env GOFLAGS 2>/dev/null)) -trimpath

# Packages in which goroutines share memory; they are tested under the race detector
# with -short, which leaves out long tests in one goroutine.
RACE := ./internal/postgres/... ./internal/jobs/... ./internal/events/... ./internal/api/... ./geo/roads/... ./geo/planner/... ./geo/osm/...
# Packages that need nothing of web/, and so can be compiled while that is built.
WITHOUT_WEB := ./geo/... ./internal/... ./migrations/...

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2} /^##@ / {printf "\n%s\n", substr($$0, 5)}' $(MAKEFILE_LIST)

##@ The two commands
.PHONY: run test
run: setup build ## install what is missing, build, load the demo (Delaware) once, serve http://localhost:8080
	@WAYMARK_DATA='$(DATA)' WAYMARK_ADDR='$(ADDR)' scripts/run.sh

test: setup-test ## install what is missing and run every check: linters, Go, web, browser, generated files
	@$(MAKE) -j2 CHAINS=1 check-generated lint test-go test-race test-web
	@$(MAKE) test-browser
	@echo "make test: everything passed"

# Within `make test` two chains run beside each other, each step of a chain behind
# the last: what Node does, and what Go does. vite empties and fills web/dist, so
# whatever embeds it waits until it is whole.
ifdef CHAINS
lint-web: web
test-web: lint-web
build: vet-without-web
check-generated: build
lint-go: check-generated
test-go: lint-go
test-race: test-go
endif

##@ Build
.PHONY: setup setup-test build web generate
setup: ## install the packages that running needs (as root or with sudo)
	@scripts/setup.sh run

setup-test:
	@scripts/setup.sh test

build: web ## bin/waymark, with the web application in it
	@$(GO) build -ldflags '-X main.version=$(VERSION)' -o bin/waymark ./cmd/waymark

web: web/dist/index.html ## web/dist

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && $(NPM) ci --no-audit --no-fund
	@touch $@

# Everything that the web application is made from.
WEB_SOURCES := $(shell find web/src web/public -type f 2>/dev/null) $(wildcard web/*.ts web/*.cjs web/*.html web/tsconfig*.json)

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && $(NPM) run build
	@touch web/dist/.gitkeep $@

generate: web/node_modules/.package-lock.json ## renew openapi.json and the browser's types from the Go code
	$(GO) run ./cmd/waymark openapi > web/openapi.json.new
	mv web/openapi.json.new web/openapi.json
	cd web && $(NPM) run generate

##@ Checks
.PHONY: lint lint-go lint-web vet-without-web fmt check-generated test-go test-race test-web test-browser
lint: lint-go lint-web ## gofmt, go vet, staticcheck, Biome, TypeScript

lint-go:
	@scripts/gofmt.sh
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

lint-web: web/node_modules/.package-lock.json
	cd web && $(NPM) run lint
	cd web && $(NPM) run typecheck

vet-without-web:
	$(GO) vet $(WITHOUT_WEB)

fmt: web/node_modules/.package-lock.json ## format Go and TypeScript
	gofmt -w $$(git ls-files '*.go')
	cd web && $(NPM) run format

check-generated: build ## fail when generated files are stale
	@scripts/check-generated.sh

# Without vet: `make lint` does all of it.
test-go: ## Go tests; each has a database of its own
	$(GO) test -vet=off ./...

test-race: ## the packages with concurrency, under the race detector
	$(GO) test -vet=off -race -short $(RACE)

test-web: web/dist/index.html ## unit tests of the web application, and its size
	cd web && $(NPM) test
	cd web && $(NPM) run size

test-browser: build ## the main job in a browser, at desk and phone size
	@scripts/browser.sh test

##@ Measure
.PHONY: bench bench-roads bench-planner bench-districts bench-tiles pictures
bench: ## Go benchmarks, without tests
	$(GO) test -run '^$$' -bench . -benchmem ./...

bench-roads: ## the road engine on Delaware beside what it promises; with DIR=FOLDER also against the table of another engine there
	$(GO) test ./geo/roads -run '^$$' -bench Figures -benchtime 1x
	$(if $(DIR),ROADS_BENCH_DIR='$(DIR)' $(GO) test ./geo/roads -count=1 -v -run AgreeWithAnotherEngine)

bench-planner: ## gap to the best known solutions of the instances in DIR=FOLDER, of some with FLAGS="-only 1000/10s -instances 'R.*' -seeds 3"; with ROADS=FILE, a table of from,to,seconds,metres, also a rep's day and a team's month
	@test -n '$(DIR)' || { echo 'Say where the instances are: make bench-planner DIR=FOLDER'; exit 2; }
	$(GO) run ./geo/planner/bench $(FLAGS) '$(DIR)'
	$(if $(ROADS),$(GO) run ./geo/planner/bench -roads '$(ROADS)')

bench-districts: ## balance and compactness of districts on Delaware and on a field, beside plain ways
	$(GO) run ./geo/districts/bench "$$($(GO) list -m -f '{{.Dir}}' github.com/paulmach/osm)/testdata/delaware-latest.osm.pbf"

bench-import: ## import of ROWS accounts (100,000) as FORMAT (csv, xlsx) beside a plain COPY of the same columns, and writes with and without the audit trail; with DIR=FOLDER, a data folder with an extract, how places are found instead
	$(GO) run ./internal/imports/bench -rows '$(or $(ROWS),100000)' -format '$(or $(FORMAT),csv)' $(if $(ONLY),-only '$(ONLY)') $(if $(DIR),-data '$(DIR)')

bench-geocode: ## search for mistyped addresses of the extract in the database at URL=…, as role waymark_app
	@test -n '$(URL)' || { echo 'Say which database has an extract: make bench-geocode URL=postgres:///waymark?host=SOCKET&user=waymark_app'; exit 2; }
	WAYMARK_BENCH_DATABASE_URL='$(URL)' $(GO) test ./internal/extract -run '^$$' -bench TypedAddresses -benchtime 1x

bench-tiles: build ## tiles beside an ST_AsMVT handler, lists, counts and searches, on the data in DIR=FOLDER, with the demo of `waymark demo --accounts 1000000`
	@test -n '$(DIR)' || { echo 'Say where the data is: make bench-tiles DIR=FOLDER'; exit 2; }
	$(GO) run ./internal/accounts/bench -server bin/waymark -data '$(DIR)'

pictures: build ## renew the README's pictures from the running demo
	@scripts/browser.sh pictures

##@ Clean
.PHONY: clean clean-data
clean: ## remove what was built; keeps the data
	rm -rf bin web/node_modules web/coverage
	find web/dist -mindepth 1 ! -name .gitkeep -delete

clean-data: ## remove the data of `make run`, database and all
	@scripts/clean-data.sh '$(DATA)'
