# The commands of this repository: `make` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test storm long quick bench fuzz cover lint generate prepare check

FUZZTIME ?= 30s
tool := go tool -modfile=tools/go.mod

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## try Mélusine with a simulated Partage, nothing to install
	go run . demo

test: prepare check ## prove everything: real servers, race detector (installs what is missing)
	CGO_ENABLED=1 go test -race -short -tags servers -timeout 30m ./...
	go test -tags servers -timeout 30m . # the storms, which -short leaves out: the race detector makes them five times as long
	go test -run '^TestSoup$$' ./internal/phrase -soup=1000000

storm: ## 10,000 actions on a Partage that applies late, the process killed at any moment: the last line counts what went wrong
	go test -count=1 -timeout 30m -v -run '^TestStorm$$' . -storm.actions=10000 | sed -u -e '/^PASS$$/d' -e '/^--- PASS/d' -e '/^===/d' -e '/^ok/d'

long: prepare ## the long trials: PostgreSQL killed for two minutes, 1,000 COMMITs cut, 1,000 requests raced, 100 freezes
	go test -tags servers -count=1 -timeout 30m -v -run '^Test(StormOnPostgres|TwoProcessesRaceToDecide|Freeze(OnAnotherNode|FileStopsARealNode))$$' . -storm.actions=10000
	go test -tags servers -count=1 -timeout 30m -v -run '^TestPostgres$$/^(commits_cut|killed|processes_race)$$' ./internal/journal -long

quick: ## the tests that need nothing but Go, in less than a minute
	go test -short ./...

bench: prepare ## measure; "of-goal" and "ratio" compare with what is aimed at, in this very run
	go test -tags servers -run '^$$' -bench . -benchmem ./...
	cd rules/peers && go test -bench . -benchmem .

fuzz: ## feed bad input to every parser and door, FUZZTIME (30s) each
	@found=$$(grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' .) || { echo "no fuzz target" >&2; exit 1; }; \
	while IFS=: read -r file line; do \
		echo "$${line#func } in $$(dirname "$$file")"; \
		go test -run '^$$' -fuzz "^$${line#func }$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s "$$(dirname "$$file")" </dev/null || exit 1; \
	done <<<"$$found"

cover: prepare ## tell how much of the code the tests run, into cover.out
	go test -tags servers -timeout 30m -coverpkg=./... -coverprofile=cover.out ./...
	@go tool cover -func=cover.out | tail -n 1

lint: ## look for bugs with golangci-lint
	$(tool) golangci-lint run

generate: ## write the *_templ.go beside the templ pages
	$(tool) templ generate

prepare: # what the real servers need: see the script
	@deploy/dev/prepare.sh

check: # formatted, and go vet finds nothing
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "gofmt -w these: $$unformatted" >&2; exit 1; fi
	go vet -tags servers ./...
