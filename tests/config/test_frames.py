from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from config import wsgi_stack


def test_what_is_called_in_one_piece_answers_as_before() -> None:
    asked: list[Any] = []

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked.append((environ, start_response))
        if "broken" in environ:
            raise ValueError("broken")
        return [b"answer"]

    whole = wsgi_stack.in_one_piece(application)
    assert whole({"PATH_INFO": "/"}, print) == [b"answer"]
    assert asked == [({"PATH_INFO": "/"}, print)]
    with pytest.raises(ValueError, match="broken"):
        whole({"broken": "1"}, print)
