#!/bin/sh
# Sees to a Chromium for the browser tests: $CHROMIUM, or one on PATH, or (as root) Debian's package.
set -eu

for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests"
    export DEBIAN_FRONTEND=noninteractive
    if { apt-get update && apt-get install -y --no-install-recommends chromium; } >/dev/null 2>&1; then
        exit 0
    fi
fi

cat >&2 <<'EOF'
************************************************************************
  NO CHROMIUM FOUND: THE BROWSER TESTS WILL BE SKIPPED.
  Install it (Debian: apt-get install chromium) or set CHROMIUM=/path.
************************************************************************
EOF
