from __future__ import annotations

import base64
import stat
from pathlib import Path

from local.keys import ensure_keys


def test_both_keys_are_made_private_on_the_first_start(tmp_path: Path) -> None:
    made = ensure_keys(tmp_path / "keys", environ={})
    assert [path.name for path in made] == ["secret_key", "sealing_keys"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in made] == [0o600, 0o600]
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    key_id, _, encoded = (tmp_path / "keys" / "sealing_keys").read_text().strip().partition(":")
    assert key_id.isalnum()
    assert len(base64.b64decode(encoded, validate=True)) == 32


def test_existing_keys_stay_as_they_are(tmp_path: Path) -> None:
    ensure_keys(tmp_path, environ={})
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert ensure_keys(tmp_path, environ={}) == []
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_keys_given_in_the_environment_are_not_made(tmp_path: Path) -> None:
    given = {"ROLLCALL_SECRET_KEY": "given", "ROLLCALL_SEALING_KEYS": "given"}
    assert ensure_keys(tmp_path / "keys", environ=given) == []
    assert not (tmp_path / "keys").exists()


def test_a_key_that_was_cut_off_while_it_was_written_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "secret_key.new").write_text("half a k")
    ensure_keys(tmp_path, environ={})
    assert len((tmp_path / "secret_key").read_text().strip()) == 64
