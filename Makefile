# The one place for the commands of this project; `make` alone lists them. Recipes that need the addresses of the test
# servers read them from .ci/env, which `make deps` writes.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)

# Whatever builds without the race detector builds alike, so that packages are compiled once for all of it.
export CGO_ENABLED := 0
export GOFLAGS := -trimpath $(GOFLAGS)

PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64

GOLANGCI_VERSION := v2.15.0
GOLANGCI := .tools/bin/golangci-lint-$(GOLANGCI_VERSION)

# The race detector watches our code. The SQLite engine is C made into Go: instrumented it is 20 times slower, and its
# races are not ours to find. No more than the engine: the linker takes any one copy of a generic function, and with
# that of modernc.org/libc, not instrumented, sync.Map orders nothing any more for the detector. The checks of pointers that
# come with the detector see nothing but C's in all of these, and take a tenth of the time.
RACE := -race '-gcflags=modernc.org/...=-d=checkptr=0' '-gcflags=modernc.org/sqlite/lib=-race=false -d=checkptr=0'

# What is tested with it. Tests of the commands start whole processes, dozens of them, and watched by it they take more
# than twice the time: `make race` does that.
ROOMS := ./core/... ./channels/... ./crm/... ./web/... ./migrations/...

PACKAGES := web/node_modules/.package-lock.json
PAGES := web/dist/.stamp
PAGE_SOURCES := $(shell find web/src -type f ! -name '*.test.ts*' 2>/dev/null) $(wildcard web/vite.*.ts web/build.mjs)

.PHONY: help run dev test race pace lint build screens release api deps node clean

help: ## lists the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run: $(PAGES) ## builds the pages when needed and serves the demo
	go run ./cmd/parley demo

dev: $(PACKAGES) ## serves the workspace's sources by Vite beside the demo on 127.0.0.1:8080
	go run ./cmd/parley demo & trap 'kill $$!' EXIT; cd web && npm run dev

# Most of what tests take is waiting: more of them at once than there are cores, but not so many that they wait for each other.
TOGETHER := -p 2 -parallel 4

# go vet is one of the linters.
test: deps $(PAGES) ## every test: Go on both databases with the race detector, TypeScript, browser
	@. .ci/env; CGO_ENABLED=1 .ci/step "go test, rooms" go test -vet=off $(TOGETHER) $(RACE) -timeout 30m $(ROOMS)
	@. .ci/env; .ci/step "go test, commands" go test -vet=off $(TOGETHER) -timeout 30m ./cmd/...
	@cd web; ../.ci/step "typescript" npm run --silent types
	@cd web; ../.ci/step "vitest" npm test --silent
	@.ci/step "build" $(MAKE) --no-print-directory build
	@. .ci/env; export PARLEY_BIN="$$PWD/bin/parley"; cd web; ../.ci/step "browser tests" npm run --silent e2e

race: deps $(PAGES) ## the tests of whole processes, with the race detector
	@. .ci/env; CGO_ENABLED=1 go test $(RACE) -timeout 40m ./cmd/...

pace: deps build ## measures how smoothly the pages scroll (P12); nothing else should run meanwhile
	@. .ci/env; export PARLEY_BIN="$$PWD/bin/parley"; cd web; npm run --silent bench

lint: $(GOLANGCI) $(PACKAGES) ## linters, formatting, and that generated files are up to date
	@.ci/step "golangci-lint" $(GOLANGCI) run
	@cd web; ../.ci/step "biome" npm run --silent lint
	@.ci/step "generated files" .ci/generated check

build: $(PAGES) ## the static binary bin/parley
	go build -ldflags '$(LDFLAGS)' -o bin/parley ./cmd/parley

release: $(PAGES) ## static binaries for every platform, with checksums, in bin/release
	rm -rf bin/release && mkdir -p bin/release
	for platform in $(PLATFORMS); do \
	  GOOS=$${platform%/*} GOARCH=$${platform#*/} go build -ldflags '$(LDFLAGS)' \
	    -o "bin/release/parley-$(VERSION)-$${platform%/*}-$${platform#*/}" ./cmd/parley; \
	done
	@large=$$(find bin/release -size +50M); [ -z "$$large" ] || { echo "larger than 50 MB: $$large"; exit 1; }
	cd bin/release && sha256sum parley-* > SHA256SUMS

screens: deps build ## pictures of every page and state, in web/screens; the list is web/e2e/screens
	@. .ci/env; export PARLEY_BIN="$$PWD/bin/parley"; cd web; npm run --silent screens

api: $(PACKAGES) ## writes web/openapi.json and web/src/api/schema.d.ts anew
	.ci/generated write

deps: ## finds, installs or starts what the tests need (see .ci/deps)
	@.ci/deps

clean: ## removes what was built, and stops what deps started
	@.ci/deps stop
	rm -rf bin web/dist/app web/dist/w web/dist/.stamp

node:
	@.ci/deps node

$(PACKAGES): web/package-lock.json | node
	cd web && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json

$(PAGES): $(PACKAGES) $(PAGE_SOURCES)
	cd web && npm run --silent build

$(GOLANGCI):
	GOBIN="$$PWD/.tools/bin" go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv .tools/bin/golangci-lint $@
