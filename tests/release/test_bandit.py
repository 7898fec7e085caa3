"""`make bandit`, as `make lint` calls it: insecure code fails with its number, and secure code beside it passes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local.data_dir import PROJECT

FAULTS = {
    "B602": "import subprocess\n\ndef run(name: str) -> None:\n    subprocess.run(f'ls {name}', shell=True)\n",
    "B603": "import subprocess\n\ndef run(program: str) -> None:\n    subprocess.run([program])\n",
    "B506": "import yaml\n\ndef read(text: str) -> object:\n    return yaml.load(text)\n",
    "B301": "import pickle\n\ndef read(data: bytes) -> object:\n    return pickle.loads(data)\n",
    "B101": "def check(user: object) -> None:\n    assert user is not None\n",
    "B307": "def read(text: str) -> object:\n    return eval(text)\n",
    "B501": "import httpx\n\ndef read(url: str) -> object:\n    return httpx.get(url, verify=False, timeout=3)\n",
    "B324": "import hashlib\n\ndef key(text: bytes) -> str:\n    return hashlib.md5(text).hexdigest()\n",
    "B308": "from django.utils.safestring import mark_safe\n\ndef cell(name: str) -> str:\n    return mark_safe(name)\n",
    "B608": "def read(cursor, name):\n    cursor.execute(f\"SELECT id FROM devices_device WHERE name = '{name}'\")\n",
    "B105": "PASSWORD = 'hunter2hunter2'\n",
}


def bandit(folder: Path) -> subprocess.CompletedProcess[str]:
    # -o: what is installed stays as it is.
    command = ["make", "-s", "-o", "dev", f"VENV={sys.executable}", "bandit", f"CODE={folder}"]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("number", FAULTS)
def test_insecure_code_fails(tmp_path: Path, number: str) -> None:
    (tmp_path / "planted.py").write_text(FAULTS[number])
    found = bandit(tmp_path)
    assert found.returncode != 0
    assert f"[{number}:" in found.stdout and "planted.py" in found.stdout


def test_an_exclusion_counts_for_its_line_and_its_finding_only(tmp_path: Path) -> None:
    call = "    subprocess.run([program])"
    lines = ["import subprocess", "", "def run(program: str) -> None:"]
    (tmp_path / "planted.py").write_text("\n".join([*lines, f"{call}  # nosec B603 # a reason", ""]))
    assert bandit(tmp_path).returncode == 0
    (tmp_path / "planted.py").write_text("\n".join([*lines, f"{call}  # nosec B603 # a reason", f"{call}  # nosec B602 # another", ""]))
    found = bandit(tmp_path)
    assert found.returncode != 0 and found.stdout.count("Issue: [B603:") == 1


def test_tests_and_migrations_are_left_out_and_names_that_contain_theirs_are_not(tmp_path: Path) -> None:
    for folder in ("tests", "sandbox", "devices/migrations"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "planted.py").write_text(FAULTS["B307"])
    assert bandit(tmp_path).returncode == 0
    (tmp_path / "contests.py").write_text(FAULTS["B307"])
    (tmp_path / "migrations_of_files").mkdir()
    (tmp_path / "migrations_of_files" / "test_read.py").write_text(FAULTS["B307"])
    assert bandit(tmp_path).stdout.count("Issue: [B307:") == 2


def test_secure_code_passes(tmp_path: Path) -> None:
    (tmp_path / "clean.py").write_text(
        "def read(cursor, name):\n    cursor.execute('SELECT id FROM devices_device WHERE name = %s', [name])\n"
    )
    found = bandit(tmp_path)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_the_code_of_the_project_has_no_finding() -> None:
    found = bandit(Path())
    assert (found.returncode, found.stdout) == (0, "")


def test_every_exclusion_names_its_finding_and_a_reason() -> None:
    listed = subprocess.run(
        ["git", "grep", "-n", "-E", "# no" + "sec", "--", "*.py", ":!tests"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    shown = [line for line in listed.stdout.splitlines() if line]
    reasons = subprocess.run(
        ["git", "grep", "-n", "-E", "# no" + "sec B[0-9]+(, B[0-9]+)* # .+", "--", "*.py", ":!tests"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown and shown == reasons.stdout.splitlines()
