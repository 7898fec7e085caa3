"""Software bill of materials in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), from a lock file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from packaging.utils import canonicalize_name

from release.lock_file import LockFileError, Package

# Files of others in static/ → their name at npm; the version is in their first lines.
BUNDLED = {
    "static/bootstrap/css/bootstrap.min.css": "bootstrap",
    "static/chartjs/chart.umd.min.js": "chart.js",
    "static/lucide/icons.svg": "lucide-static",
}
_VERSION = re.compile(r"\bv(\d+\.\d+\.\d+)\b")


def bill(locked: Iterable[Package], bundled: Mapping[str, bytes], *, name: str, version: str, made_at: str) -> dict[str, Any]:
    """The same input gives the same bill, with its serial number. `bundled`: path → content. `made_at`: ISO 8601 with a time zone."""
    components = [_component(package) for package in locked] + [_file(path, content) for path, content in bundled.items()]
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


def _file(path: str, content: bytes) -> dict[str, Any]:
    """Raises LockFileError for a file without its version."""
    version = _VERSION.search(content[:400].decode("utf-8", "replace"))
    if version is None:
        raise LockFileError(f"{path} does not name its version in its first lines.")
    name = BUNDLED[path]
    purl = f"pkg:npm/{name}@{version[1]}"
    component: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": name, "version": version[1], "purl": purl, "scope": "required"}
    component["hashes"] = [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}]
    component["properties"] = [{"name": "rollcall:path", "value": path}]
    return component
