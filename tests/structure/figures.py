"""Figures of the structure: how many files a folder has, how files and classes are called, and which packages have a layer."""

from __future__ import annotations

import ast
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CODE = ("config", "vendors", "devices", "installers", "patching", "sandbox", "local", "release")
NO_SUBJECT = ("migrations", "commands")  # folders whose files the framework names
# Terms of the field that end in -ing, and English words that are no gerunds.
TERMS = frozenset(["matching", "mapping", "logging", "patching", "parsing", "scheduling", "sighting", "settings"])
# Django's own names, the roles that each vendor has, and a record of the seam beside the table that keeps it.
DJANGO = frozenset({"Migration", "Command", "Meta"})
VENDOR_ROLES = frozenset({"Client", "Listing", "Eset", "Opswat", "Five9s"})
RECORDS = ("vendors/records.py", "models")


@dataclass(frozen=True, slots=True)
class Figures:
    """`gerunds`: names of files. `homonyms`: class → the modules that define it. `unlayered`: packages in no layer of an import contract."""

    folders: dict[str, int]
    files: int
    gerunds: list[str]
    homonyms: dict[str, list[str]]
    unlayered: list[str]
    exceptions: list[str]

    @property
    def largest(self) -> tuple[str, int]:
        return max(self.folders.items(), key=lambda each: each[1])

    @property
    def percentile_90(self) -> int:
        """Files of the folder that is larger than nine of ten."""
        sizes = sorted(self.folders.values())
        return sizes[ceil(0.9 * len(sizes)) - 1]

    @property
    def gerund_percent(self) -> float:
        return 100 * len(self.gerunds) / self.files


def figures() -> Figures:
    modules = list(_modules())
    contracts = _contracts()
    return Figures(
        folders=dict(Counter(str(module.parent) for module in modules)),
        files=len(modules),
        gerunds=[str(module) for module in modules if _is_gerund(module.stem)],
        homonyms=_homonyms(modules),
        unlayered=sorted(_unlayered(contracts)),
        exceptions=[line for contract in contracts for line in contract.get("ignore_imports", [])],
    )


@cache
def _contracts() -> list[dict[str, Any]]:
    contracts: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return contracts


def _modules() -> Iterator[Path]:
    """Every module of the product, relative to the project; tests, migrations, commands and empty packages are none."""
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name != "__init__.py" and not any(part in NO_SUBJECT for part in path.parts):
                yield path.relative_to(ROOT)


def _is_gerund(name: str) -> bool:
    return any(word.endswith("ing") and word not in TERMS and len(word) > len("thing") for word in [name.rpartition("_")[2]])


def _homonyms(modules: list[Path]) -> dict[str, list[str]]:
    defined: defaultdict[str, list[str]] = defaultdict(list)
    for module in modules:
        for node in ast.parse((ROOT / module).read_text()).body:
            if isinstance(node, ast.ClassDef) and node.name not in DJANGO | VENDOR_ROLES:
                defined[node.name].append(str(module))
    return {name: places for name, places in sorted(defined.items()) if len(places) > 1 and not _record_and_table(places)}


def _record_and_table(places: list[str]) -> bool:
    return len(places) == 2 and RECORDS[0] in places and any(f"/{RECORDS[1]}/" in place for place in places)


def _unlayered(contracts: list[dict[str, Any]]) -> Iterator[str]:
    """Children of an app that no layer names. import-linter fails on them too; here they are counted."""
    layered: defaultdict[str, set[str]] = defaultdict(set)
    for contract in contracts:
        for container in contract.get("containers", []):
            for layer in contract["layers"]:
                layered[container].update(name.strip(" ()") for name in layer.replace(":", "|").split("|"))
    for app in ("devices", "installers", "patching"):
        for child in (ROOT / app).iterdir():
            name = child.stem
            is_module = child.suffix == ".py" or (child / "__init__.py").exists()
            if is_module and name not in ("__init__", "migrations") and name not in layered[app]:
                yield f"{app}.{name}"
