from __future__ import annotations

import copy
import pickle

import pytest

from vendors.patch_states import PatchKind, PatchReason
from vendors.states import State


def test_a_word_is_its_text_and_has_a_label() -> None:
    assert State("attention") is State.ATTENTION
    assert f"{State.ATTENTION} {State.ATTENTION.label}" == "attention Warning"
    assert pickle.loads(pickle.dumps(State.OK)) is copy.deepcopy(State.OK) is State.OK


def test_a_word_that_no_table_knows_is_unknown_and_shown_as_it_stands() -> None:
    assert State.known("splendid") is State.UNKNOWN
    assert State.of("splendid") is None
    assert State.labelled("splendid") == "splendid"
    with pytest.raises(ValueError, match="splendid"):
        State("splendid")


def test_the_empty_word_is_one_where_the_set_has_it() -> None:
    assert PatchReason.of("") is PatchReason.NONE
    assert PatchKind.of("") is None
    assert PatchKind.labelled("") == ""
