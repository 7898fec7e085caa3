"""Makes a virtual environment and installs a lock file into it, if the lock file changed. Runs under the Python that it is for.

`python3 local/install.py requirements-local.txt [.venv]`
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    lock = PROJECT / arguments[0]
    venv = PROJECT / (arguments[1] if len(arguments) > 1 else ".venv")
    python = venv / "bin" / "python"
    stamp = venv / f"installed-{lock.name}"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes() and runs(python, "pass"):
        return 0
    if not runs(python, "import pip"):
        print(f"Creating {venv.name}", flush=True)
        problem = make_venv(venv)
        if problem:
            print(problem, file=sys.stderr)
            return 1
    # Relative to the project: with blanks in its path nothing needs quoting.
    print(f"Installing {lock.name} into {venv.name} (this takes a minute the first time)", flush=True)
    installed = subprocess.run(  # nosec B603 # fixed arguments
        [
            *(str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"),
            *("--no-warn-script-location", "--require-hashes", "-r", str(lock)),
        ],
        check=False,
        cwd=PROJECT,
    )
    if installed.returncode != 0:
        print(f"Installing {lock.name} failed; see the output of pip above. Correct the error and run it again.", file=sys.stderr)
        return 1
    stamp.write_bytes(lock.read_bytes())
    return 0


def runs(python: Path, script: str) -> bool:
    """A venv whose Python was removed, or whose creation was interrupted, does not."""
    try:
        return subprocess.run([str(python), "-c", script], check=False, capture_output=True).returncode == 0  # nosec B603 # fixed arguments
    except OSError:
        return False


def make_venv(venv: Path) -> str:
    """Nothing, or one sentence that says why there is no venv."""
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=False, capture_output=True, text=True)  # nosec B603 # fixed arguments
    if made.returncode == 0:
        return ""
    said = f"{made.stdout}\n{made.stderr}"
    if "ensurepip" in said:
        return "Python's venv module is missing: install it (Debian: apt-get install python3-venv)."
    if "No space left" in said:
        return "The disk is full: free some space, then run again."
    lines = [line for line in said.splitlines() if line.strip()]
    return f"Cannot make {venv.name}: {lines[-1].strip() if lines else 'python3 -m venv failed'}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
