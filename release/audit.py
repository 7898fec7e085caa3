"""Audit of the locked packages against known vulnerabilities, with pip-audit.

`python -m release.audit [--url URL] [LOCK_FILE]`. URL answers as OSV's query API; without it pip-audit's own source is used. Exit codes:
0 no known vulnerability, 1 at least one, 2 not audited, because the source is not reachable or an answer is missing or unusable.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from release.lock_file import LockFileError, packages

PROJECT = Path(__file__).resolve().parent.parent
TIMEOUT = 15  # seconds for one answer
NOT_AUDITED = 2


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="release.audit", description="Audit locked packages against known vulnerabilities.")
    parser.add_argument("lock", nargs="?", type=Path, default=PROJECT / "requirements.txt", help="the lock file")
    parser.add_argument("--url", default="", help="a source of advisories with OSV's query API, instead of pip-audit's own")
    options = parser.parse_args(arguments)
    try:
        locked = packages(options.lock.read_text("utf-8"))
    except (OSError, LockFileError) as error:
        return _not_audited(str(error))
    needed = {canonicalize_name(package.name): package.version for package in locked if package.needed_here}
    audited = _audited(options.lock, options.url)
    if audited is None:
        source = f"The source of advisories {options.url}" if options.url else "pip-audit's source of advisories"
        return _not_audited(f"{source} is not reachable or gave no usable answer: try again, or set AUDIT_URL to another one.")
    missing = sorted(needed.items() - {(canonicalize_name(each["name"]), each.get("version", "")) for each in audited})
    if missing:
        return _not_audited(f"No answer about {', '.join(f'{name} {version}' for name, version in missing)}.")
    found = [each for each in audited if each["vulns"]]
    for each in found:
        for advisory in each["vulns"]:
            fixed = f"fixed in {', '.join(advisory['fix_versions'])}" if advisory["fix_versions"] else "not fixed yet"
            print(f"{each['name']} {each['version']}: {advisory['id']}, {fixed}. {advisory['description'][:200]}")
    if found:
        print(f"Known vulnerabilities in {', '.join(each['name'] for each in found)}: update them in the lock files.", file=sys.stderr)
        return 1
    print(f"No known vulnerability in {len(audited)} packages of {options.lock.name}.")
    return 0


def _audited(lock: Path, url: str) -> list[dict[str, Any]] | None:
    """pip-audit's answer for each package; None if it has none. What it prints then is a traceback."""
    source = ["--vulnerability-service", "osv", "--osv-url", url] if url else []
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "audit.json"
        fixed = [
            "--strict",
            "--require-hashes",
            "--disable-pip",
            "--progress-spinner",
            "off",
            "--timeout",
            str(TIMEOUT),
            "--format",
            "json",
        ]
        command = [sys.executable, "-m", "pip_audit", *fixed, *source, "--requirement", str(lock), "--output", str(answer)]
        ended = subprocess.run(command, check=False, capture_output=True, text=True)  # nosec B603 # the tool and options of ours
        try:
            read = json.loads(answer.read_text("utf-8"))["dependencies"]
        except (OSError, ValueError, KeyError):
            return None
    return list(read) if ended.returncode in (0, 1) else None


def _not_audited(sentence: str) -> int:
    print(f"Not audited: {sentence}", file=sys.stderr)
    return NOT_AUDITED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
