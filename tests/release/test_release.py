"""`make release`: the source archive and the software bill of materials of a commit."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT7

from local.data_dir import PROJECT
from release.__main__ import write
from release.lock_file import LockFileError, packages
from release.sbom import bill

VERSION = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
LOCK = f"""# a comment
django==5.2.19 \\
    --hash=sha256:{"a" * 64} \\
    --hash=sha256:{"b" * 64}
Async.Timeout==5.0.1 ; python_full_version < '3.11.3' \\
    --hash=sha256:{"c" * 64}
"""


def validate(document: Any) -> None:
    """Against CycloneDX's own schema, as its library ships it."""
    schemas = files("cyclonedx.schema._res")
    read = {name: json.loads(schemas.joinpath(f"{name}.SNAPSHOT.schema.json").read_text()) for name in ("bom-1.6", "jsf-0.82", "spdx")}
    registry: Registry[Any] = Registry()
    for schema in read.values():
        registry = registry.with_resource(schema["$id"], DRAFT7.create_resource(schema))
    jsonschema.Draft7Validator(read["bom-1.6"], registry=registry, format_checker=jsonschema.FormatChecker()).validate(document)


def test_the_bill_lists_every_locked_package(tmp_path: Path) -> None:
    archive, sbom, sums = write(tmp_path / "dist")
    document = json.loads(sbom.read_text())
    validate(document)
    lock = subprocess.run(["git", "show", "HEAD:requirements.txt"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    pinned = re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE)
    locked = [each for each in document["components"] if each["purl"].startswith("pkg:pypi/")]
    assert [(each["name"], each["version"]) for each in locked] == pinned
    assert len(pinned) > 30
    assert sum(len(each["hashes"]) for each in locked) == lock.count("--hash=sha256:")
    assert document["metadata"]["component"]["name"] == "rollcall"
    assert "http" not in sbom.read_text().replace("httpx", "").replace("httpcore", "")
    written = {line.split()[1]: line.split()[0] for line in sums.read_text().splitlines()}
    assert written == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (archive, sbom)}


def test_the_archive_has_what_is_committed(tmp_path: Path) -> None:
    archive, *_ = write(tmp_path)
    committed = subprocess.run(["git", "ls-tree", "-r", "--name-only", "HEAD"], cwd=PROJECT, capture_output=True, text=True, check=True)
    with tarfile.open(archive) as opened:
        names = {member.name for member in opened.getmembers() if member.isfile()}
    assert names == {f"rollcall-{VERSION}/{name}" for name in committed.stdout.splitlines()}


def test_a_release_is_repeatable_and_ignores_what_is_not_committed(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text('[project]\nname = "example"\nversion = "1.2"\n')
    (project / "requirements.txt").write_text(LOCK)
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", *arguments], cwd=project, check=True)
    first = [file.read_bytes() for file in write(tmp_path / "first", project)]
    (project / "requirements.txt").write_text("planted>=1\n")
    assert [file.read_bytes() for file in write(tmp_path / "second", project)] == first
    assert sorted(file.name for file in (tmp_path / "first").iterdir()) == [
        "example-1.2.cdx.json",
        "example-1.2.sha256",
        "example-1.2.tar.gz",
    ]


def test_a_component_has_its_hashes_and_its_marker() -> None:
    document = bill(packages(LOCK), {}, name="example", version="1.2", made_at="2026-11-30T10:00:00+00:00")
    validate(document)
    django, timeout = document["components"]
    assert django["purl"] == "pkg:pypi/django@5.2.19" and django["scope"] == "required" and "properties" not in django
    assert [each["content"] for each in django["hashes"]] == ["a" * 64, "b" * 64]
    assert timeout["purl"] == "pkg:pypi/async-timeout@5.0.1" and timeout["scope"] == "optional"
    assert timeout["properties"] == [{"name": "rollcall:marker", "value": "python_full_version < '3.11.3'"}]


def test_a_bundled_file_is_a_component_with_the_version_it_names() -> None:
    path = "static/bootstrap/css/bootstrap.min.css"
    content = (PROJECT / path).read_bytes()
    document = bill([], {path: content}, name="example", version="1.2", made_at="2026-11-30T10:00:00+00:00")
    validate(document)
    (component,) = document["components"]
    assert (component["purl"], component["hashes"][0]["content"]) == ("pkg:npm/bootstrap@5.3.9", hashlib.sha256(content).hexdigest())
    with pytest.raises(LockFileError, match="does not name its version"):
        bill([], {path: b"body{}"}, name="example", version="1.2", made_at="2026-11-30T10:00:00+00:00")


def test_another_hash_is_another_bill() -> None:
    serials = {
        bill(packages(text), {}, name="example", version="1.2", made_at="2026-11-30T10:00:00+00:00")["serialNumber"]
        for text in (LOCK, LOCK, LOCK.replace("b" * 64, "d" * 64), LOCK.replace("5.2.19", "5.2.20"))
    }
    assert len(serials) == 3


@pytest.mark.parametrize("line", ["django==5.2.19", "django>=5 --hash=sha256:" + "a" * 64, "-r other.txt", "django==5.2.19 --hash=md5:abc"])
def test_a_line_without_pin_or_hash_is_refused(line: str) -> None:
    with pytest.raises(LockFileError, match="no pinned package with hashes"):
        packages(LOCK + line + "\n")


def test_make_release_writes_into_dist(tmp_path: Path) -> None:
    command = ["make", "-s", "-o", "dev", f"VENV={sys.executable}", "release", f"DIST={tmp_path}"]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True, timeout=120)
    assert ended.stdout.split() == [str(tmp_path / f"rollcall-{VERSION}{suffix}") for suffix in (".tar.gz", ".cdx.json", ".sha256")]
