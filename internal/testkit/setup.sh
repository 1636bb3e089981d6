#!/bin/sh
# Installs what the tests can use and the machine lacks, in CI. Elsewhere it
# leaves the machine alone: the tests that need it say so and are skipped.
set -eu

has_browser() {
	for name in chromium chromium-browser google-chrome; do
		command -v "$name" >/dev/null && return 0
	done
	test -x "${CHROMIUM:-}"
}

if [ -z "${CI:-}" ] || has_browser; then
	exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
	echo "CI needs Chromium: install it, or set CHROMIUM to its path" >&2
	exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null
