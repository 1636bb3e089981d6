# Every module of the repository. Each also builds alone, without go.work.
MODULES := . adapters/echo adapters/gin adapters/fiber stores/redis internal/testkit/frameworks examples bench

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0

# The race detector needs a C compiler; without one the tests run all the same.
RACE := $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)

FUZZTIME ?= 60s

SEED ?= $(shell date +%s)
WALKS ?= 1000

.PHONY: help
help: ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

.PHONY: demo
demo: ## One session in Echo, Gin and Fiber at once, on three ports
	@go run ./examples/demo

.PHONY: test
test: setup ## All tests of all modules
	@go test $(RACE) $(addsuffix /...,$(addprefix ./,$(MODULES)))


.PHONY: setup
setup: # Installs what CI has to have and a laptop may lack
	@./internal/testkit/setup.sh

.PHONY: check
check: format lint test isolated tidy cover vulnerabilities ## What CI runs

.PHONY: format
format: ## Every Go file is as gofmt -s writes it
	@test -z "$$(gofmt -s -l . | tee /dev/stderr)"

.PHONY: lint
lint: ## go vet and staticcheck, with the exceptions of staticcheck.conf
	@for m in $(MODULES); do (cd $$m && go vet ./... && go run $(STATICCHECK) ./...) || exit 1; done

.PHONY: isolated
isolated: ## Every module builds and passes without the workspace
	@for m in $(MODULES); do (cd $$m && GOWORK=off go vet ./... && GOWORK=off go test -short ./...) || exit 1; done

.PHONY: tidy
tidy: ## go mod tidy has nothing to do
	@for m in $(MODULES); do (cd $$m && GOWORK=off go mod tidy -diff) || exit 1; done

.PHONY: cover
cover: ## Statement coverage, and its floors
	@./internal/testkit/cover.sh

.PHONY: vulnerabilities
vulnerabilities: ## Known vulnerabilities, where their database can be reached
	@GOVULNCHECK=$(GOVULNCHECK) ./internal/testkit/vulnerabilities.sh $(MODULES)

.PHONY: bench
bench: ## Benchmarks of the core and the memory store
	@go test -run '^$$' -bench . -benchmem ./core ./stores/memory

.PHONY: performance
performance: setup ## Beside other libraries: measures for an hour, and writes docs/performance.md
	@go run ./bench -write

.PHONY: report
report: ## What the suites count: traces, headers, cells, exceptions, round trips, allocations
	@go test -count=1 -v -run '^Test(Koa.*|CookieCorpus|Suite|RoundTrips|Interop|Allocations)$$' ./internal/testkit/frameworks | grep -vE '^ *(===|---)'

.PHONY: traces
traces: setup ## New random walks beside the real koa-generic-session: SEED says which, WALKS how many
	@SEED=$(SEED) WALKS=$(WALKS) go test -count=1 -timeout 60m -v -run '^TestKoaWalks$$' ./internal/testkit/frameworks | awk '!/^ *(===|---)/; /^FAIL/ { failed = 1 } END { exit failed }'

.PHONY: races
races: ## Every race in full: what is lost, who is brought back, and what that costs
	@RACES=full go test -count=1 -timeout 60m -v -run '^Test(Races|Cuts|Uncontended)$$' ./internal/testkit/frameworks | grep -E ' of +[0-9]+|cut:|ratio|^(ok|FAIL|---)'

.PHONY: browser
browser: ## A person's browser beside the engine, BROWSER schedules for each option set
	@BROWSER=$(or $(BROWSER),100000) go test -count=1 -timeout 60m -v -run '^TestStories$$' ./internal/testkit/browser

.PHONY: outages
outages: ## Every outage of Redis under load, over HTTP under each framework
	@OUTAGES=full go test -count=1 -timeout 60m -v -run '^TestOutages$$' ./internal/testkit/frameworks | grep -E ' over HTTP|[0-9] users|[|]|secrets|^(ok|FAIL|---)'

.PHONY: stories
stories: setup ## What people do, in a real Chromium under each framework; every double click 40 times
	@STORIES=full go test -count=1 -timeout 60m -v -run '^Test(Stories|DoubleClick)$$' ./internal/testkit/frameworks | grep -E 'signed in|^ *(ok|FAIL|---)'

.PHONY: fuzz
fuzz: ## Every fuzz target, for FUZZTIME each
	@for f in $$(grep -ho 'func Fuzz[A-Za-z]*' core/*_test.go | cut -c6-); do go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) ./core || exit 1; done

.PHONY: release-check
release-check: ## A program outside the repository builds against every module
	@./internal/testkit/consumer.sh
