#!/bin/sh
# Sees to a Chromium for the browser tests: $CHROMIUM, or one on PATH, or (as root) Debian's package.
set -eu

for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done

if sh "$(dirname "$0")/debian.sh" chromium "the browser tests"; then
    exit 0
fi

cat >&2 <<'EOF'
************************************************************************
  NO CHROMIUM FOUND: THE BROWSER TESTS WILL BE SKIPPED.
  Install it (Debian: apt-get install chromium) or set CHROMIUM=/path.
************************************************************************
EOF
