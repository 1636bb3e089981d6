#!/bin/sh
# Prints the statement coverage of what is shipped, by all tests together, and
# fails below the floors: core 95 %, the rest 90 %.
set -eu
root=github.com/go-holdall/holdall
packages="$root/core $root/stores/memory $root/stores/storetest $root/adapters/nethttp $root/adapters/echo $root/adapters/gin $root/adapters/fiber"
profile=$(mktemp)
trap 'rm -f "$profile" "$profile".*' EXIT
list=$(echo "$packages" | tr ' ' ',')

go test -coverpkg="$list" -coverprofile="$profile.1" ./core ./stores/memory ./stores/storetest ./adapters/nethttp >/dev/null
go test -coverpkg="$list" -coverprofile="$profile.2" ./internal/testkit/frameworks ./adapters/echo ./adapters/gin ./adapters/fiber >/dev/null

# A statement counts once, however many test binaries report it.
tail -q -n +2 "$profile.1" "$profile.2" | awk -v root="$root/" '
	{ split($1, at, ":"); n[$1] = $2; if ($3 > 0) hit[$1] = 1 }
	END {
		for (s in n) {
			split(s, at, ":"); p = at[1]; sub("/[^/]*$", "", p); sub(root, "", p)
			all[p] += n[s]; if (s in hit) covered[p] += n[s]
		}
		for (p in all) {
			percent = 100 * covered[p] / all[p]; floor = p == "core" ? 95 : 90
			printf "coverage %-18s %5.1f %%\n", p, percent
			if (percent < floor) { print "below its floor of " floor " %"; bad = 1 }
		}
		exit bad
	}'
