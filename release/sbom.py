"""Software bill of materials in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), from a lock file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from packaging.utils import canonicalize_name

from release.lock_file import Package


def bill(locked: Iterable[Package], *, name: str, version: str, made_at: str) -> dict[str, Any]:
    """The same input gives the same bill, with its serial number. `made_at`: ISO 8601 with a time zone."""
    components = [_component(package) for package in locked]
    ref = f"{name}@{version}"
    content = "\n".join([ref, made_at, *(f"{each['purl']} {each['hashes']}" for each in components)])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {"timestamp": made_at, "component": {"type": "application", "bom-ref": ref, "name": name, "version": version}},
        "components": components,
    }


def _component(package: Package) -> dict[str, Any]:
    """A hash for each published file of the version: which one is installed depends on the system."""
    purl = f"pkg:pypi/{canonicalize_name(package.name)}@{package.version}"
    component: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": package.name, "version": package.version, "purl": purl}
    component["scope"] = "optional" if package.marker else "required"
    component["hashes"] = [{"alg": "SHA-256", "content": digest} for digest in package.hashes]
    if package.marker:
        component["properties"] = [{"name": "rollcall:marker", "value": package.marker}]
    return component
