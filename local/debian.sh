#!/bin/sh
# Installs a Debian package, where this user may (as root): sh local/debian.sh PACKAGE PURPOSE
set -eu

[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || exit 1
echo "Installing $1 for $2"
export DEBIAN_FRONTEND=noninteractive
{ apt-get update && apt-get install -y --no-install-recommends "$1"; } >/dev/null 2>&1
