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

has_redis() {
	command -v redis-server >/dev/null || command -v valkey-server >/dev/null
}

has_node() {
	command -v node >/dev/null && command -v npm >/dev/null
}

missing=
has_redis || missing="redis-server"
has_node || missing="$missing nodejs npm"
has_browser || missing="$missing chromium"
command -v wrk >/dev/null || missing="$missing wrk"
if [ -z "${CI:-}" ] || [ -z "$missing" ]; then
	exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
	echo "CI needs what this machine lacks: $missing" >&2
	exit 1
fi
apt-get update -qq
# Unquoted: one package a word.
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
