from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.parsing.normalise import user_key
from vendors.parsing.user_names import agree, differ


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"CORP\anna", "anna@corp.example"),
        (r"AzureAD\JaneRoe", "jane.roe@corp.example"),
        (r"AzureAD\RoeJane", "jane.roe@corp.example"),
        ("JaneRoe@AzureAD", "jane_roe"),
        (r"AzureAD\JaneSampleRoe", "roe.jane.sample@corp.example"),
        (r"AzureAD\janeroe", r"CORP\janeroe"),
        (r"AZUREAD\jane.roe@corp.example", "jane.roe"),
        (r"AzureAD\JürgenMüller", "juergen.mueller@corp.example"),
        (r"AzureAD\JürgenMüller", "jurgen.muller@corp.example"),
        (r"AzureAD\SørenØrsted", "soeren.oersted@corp.example"),
        (r"AzureAD\Dr.JaneRoe", "janeroe"),
        ("Roe, Jane", "jane.roe"),
        ("annaschmidt", "anna.schmidt"),
    ],
)
def test_one_person_in_two_notations(one: str, other: str) -> None:
    for a, b in ((user_key(one), user_key(other)), (user_key(other), user_key(one))):
        assert agree(a, b) and not differ(a, b)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"AzureAD\JaneSampleRoe", "jane.roe@corp.example"),
        (r"AzureAD\JaneRoe", r"CORP\jroe"),
        (r"AzureAD\JaneRoe", r"CORP\berta"),
        (r"AzureAD\JaneRoe", r"AzureAD\BertaBerg"),
        (r"CORP\aschmidt", "anna.schmidt@corp.example"),
        (r"CORP\annaschmidt", r"CORP\aschmidt"),
        (r"CORP\u012345", "berta"),
        (r"CORP\4711", "anna.schmidt"),
        ("jane.roe", "jane.sample.roe"),
        ("", "anna"),
    ],
)
def test_notations_that_cannot_be_compared(one: str, other: str) -> None:
    for a, b in ((user_key(one), user_key(other)), (user_key(other), user_key(one))):
        assert not agree(a, b) and not differ(a, b)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"CORP\anna", r"CORP\berta"),
        ("anna.berg", "anna.stein"),
        ("anna.berg@corp.example", "berta.berg"),
        ("e1234", "e5678"),
        ("kim", "tim"),
    ],
)
def test_two_people(one: str, other: str) -> None:
    for a, b in ((user_key(one), user_key(other)), (user_key(other), user_key(one))):
        assert differ(a, b) and not agree(a, b)


def test_more_names_than_one_person_has_are_not_tried_in_every_order() -> None:
    one, other = ".".join(["anna", "a", "an", "na", "n"] * 12), "".join(["nna", "a", "ana", "n", "an"] * 12)
    assert sorted(one.replace(".", "")) == sorted(other)
    assert not agree(one, other) and not differ(other, other)


@given(st.text("annabert.-_ @müß", max_size=12), st.text("annabert.-_ @müß", max_size=12))
def test_order_makes_no_difference_and_both_cannot_hold(a: str, b: str) -> None:
    assert (agree(a, b), differ(a, b)) == (agree(b, a), differ(b, a))
    assert not (agree(a, b) and differ(a, b))
