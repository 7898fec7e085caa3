#!/usr/bin/env bash
# A WSGI response that breaks in the middle, under granian.
#
# One would guess: a server that cannot finish a chunked response closes the connection without the last chunk, so that the client
# reports an incomplete download. What happens: granian 2.8.7 sends the last chunk all the same. The client sees status 200 and a clean
# end, and takes the first part for the whole file. 2.8.9 closes the connection.
#
# Packages: granian 2.8.7 and 2.8.9 (PyPI). Source: measured here; RFC 9112, section 8, on incomplete messages.
set -euo pipefail

folder=$(mktemp -d)
server=
cleanup() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$folder"; }
trap cleanup EXIT

cat > "$folder/app.py" <<'PYTHON'
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/csv")])
    return rows()


def rows():
    yield b"name,serial\n"
    yield b"pc-1,A1\n"
    raise RuntimeError("the database went away")
PYTHON

cat > "$folder/client.py" <<'PYTHON'
import http.client
import sys
import time

port = int(sys.argv[1])
for _ in range(100):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/")
        break
    except ConnectionRefusedError:
        time.sleep(0.1)
try:
    answer = connection.getresponse()
    print(answer.status, "clean end after", len(answer.read()), "bytes")
except (http.client.IncompleteRead, http.client.RemoteDisconnected, ConnectionResetError) as error:
    print("cut:", type(error).__name__)
PYTHON

ask() { # version
  python3 -m venv "$folder/$1" && "$folder/$1/bin/python" -m pip install -q --disable-pip-version-check "granian==$1"
  local port
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  (cd "$folder" && exec "$folder/$1/bin/python" -m granian --interface wsgi --port "$port" --no-ws app:application) > "$folder/log" 2>&1 &
  server=$!
  "$folder/$1/bin/python" "$folder/client.py" "$port"
  kill "$server" && wait "$server" 2>/dev/null || true
  server=
}

before=$(ask 2.8.7)
after=$(ask 2.8.9)
echo "granian 2.8.7: $before"
echo "granian 2.8.9: $after"
case "$before" in "200 clean end"*) ;; *) echo "2.8.7 behaves differently now" >&2; exit 1 ;; esac
case "$after" in "cut:"*) ;; *) echo "2.8.9 behaves differently now" >&2; exit 1 ;; esac
