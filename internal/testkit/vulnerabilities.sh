#!/bin/sh
# Runs govulncheck over the modules given. The database is on the network; a
# machine that cannot reach it has not failed.
set -eu
report=$(mktemp)
trap 'rm -f "$report"' EXIT
for module in "$@"; do
	if (cd "$module" && go run "$GOVULNCHECK" ./...) >"$report" 2>&1; then
		continue
	fi
	if grep -q 'fetching vulnerabilities' "$report"; then
		echo "govulncheck: the database cannot be reached, skipped"
		exit 0
	fi
	cat "$report"
	exit 1
done
