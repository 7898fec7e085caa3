"""What users enter: search texts, pasted lists, addresses of lists, places in them, cells of exports, options of commands."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
from argparse import ArgumentTypeError
from contextlib import suppress
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.test import RequestFactory, override_settings
from hypothesis import strategies as st

from devices.audit.chain import Head
from devices.db import messages
from devices.device_list import tags
from devices.device_list.filters import DEVICES
from devices.errors import ActionRefused
from devices.issues.filters import ISSUES
from devices.issues.forms import SelectionForm
from devices.lists import csv as cells
from devices.lists import filters, ids
from devices.lists.keyset import Cursor
from devices.lists.state import ListDefinition
from devices.lookup import pasted_list
from devices.management import account_input
from devices.management.commands import lookup
from devices.management.console import CommandRefused
from devices.search import interpretations, labels, mac_notations, parser
from devices.search.bar_codes import endings, express_tag, serials_in
from devices.search.domains import other_domain, other_user_domain
from devices.search.queries import MOST
from devices.web import client_address
from patching.lists import attempts, patches, titles
from patching.lists import devices as patched_devices
from tests.fuzz.parser import Parser
from tests.fuzz.texts import made, text_maker, texts
from tests.fuzz.vendor_texts import storable
from vendors.parsing.normalise import identifier
from vendors.states import IdKind

SEARCHES = ("nb-0042", "user:anna", "SN: PF2ABC1", "00:1b:21:aa:bb:01", "in:eset host:nb", "\\\\NB-0042\\c$", "CORP\\NB-0042$", "host/nb.corp.example@CORP",
            "CN=NB-0042,OU=PC,DC=corp", "https://nb-0042:8443/x?y", "280-049-666-7", "1S20XW0012GEPF2ABC1", "4c4c4544-0043-3010-8052-b4c04f564231", "fe80::21b:21ff:feaa:bb01",
            "10.0.50.", "2001:db8::8e7", "00:01:00:01:2a:3b:4c:5d:00:1b:21:aa:bb:01", "Bitte NB-0042 prüfen, Seriennummer PF2ABC1!", "001b:21aa:bb01")  # fmt: skip
LISTS = ("Name;Serial\nNB-0042;PF2ABC1", "Hallo,\n1. NB-0042 (Empfang)\n- NB-0043\nViele Grüße\nAnna", '"a ""b""",c\td|e / f', "7,00E+10", "3.425.672.457", "NB-0042/NB-0043",
         "00123456", "=cmd|' /C calc'!A0", "[x] NB-1 // weg")  # fmt: skip
ADDRESSES = (
    "?q=nb&state=critical&sort=-name&cols=user,os&size=100&after=abc",
    "severity=critical&age=over-7&account=eset-main",
    "kind=application&day=2026-11-30&title=17",
    "view=a&life=all",
)
LINES, QUERIES, ROWS = texts(*SEARCHES), texts(*ADDRESSES), texts(*LISTS)
DEFINITIONS: tuple[ListDefinition[Any], ...] = (DEVICES, ISSUES, attempts.SHAPE, patches.SHAPE, patched_devices.SHAPE, titles.SHAPE)
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def _search(text: str) -> None:
    term = parser.parse(text)
    parser.says_nothing(text), labels.unwrapped(text), labels.label(text), labels.labelled_serials(text)
    for reading in (*term.forms, *term.guesses):
        assert reading.key and storable(reading.key), "a key that no row can have"
        assert reading.kind in IdKind and str(interpretations.words(reading)) is not None
        term.means(reading.kind.value, reading.key, [reading.text]), term.names(reading.kind.value, reading.key, [reading.text])
    for kind in IdKind:
        assert all(storable(each) for each in term.texts(kind))
    assert all(map(storable, (*term.words, *term.host_names, *term.addresses, term.text)))


def _found_again(case: tuple[IdKind, str]) -> None:
    """An identifier that is no placeholder is found by its own text, if that is a search text at all."""
    kind, text = case
    known = identifier(kind, text)
    if known is None or known.junk or filters.clean_query(known.value) != known.value:
        return
    term = parser.parse(known.value)
    if term.only or term.inside or term.rest != known.value:  # read as a label, a prefix or a quotation
        return
    readings = (*term.forms, *term.guesses)
    assert any(each.kind == kind and known.key.startswith(each.key) for each in readings), "its own text does not find it"


def _labels(text: str) -> None:
    assert all(len(each) == 12 for each in mac_notations.macs_inside(text))
    assert all(each.key for each in mac_notations.mac_notations(text))
    assert all(each in text.replace(" ", "") or each for each in (*endings(text), *serials_in(text), express_tag(text) or "x"))
    other_domain(text, [text, "a.b"]), other_user_domain(text, [text, "CORP\\a"])


def _pasted(text: str) -> None:
    found = pasted_list.read(text)
    for cell in found.cells:
        assert cell and storable(cell) and len(cell) <= filters.LONGEST_QUERY
        assert pasted_list.readings(cell)[0] == cell and len(pasted_list.readings(cell)) <= 6
        pasted_list.numbers(cell), pasted_list.is_shortened(cell), pasted_list.shape(cell)
        assert all(each in cell for each in pasted_list.names_in(cell))
    assert found.letter <= {*found.cells}


def _columns(names: tuple[list[int], str, str]) -> None:
    """Names between separators are found, each once, whatever text stands on the next line."""
    numbers, between, text = names
    listed = [f"NB-{number:05}" for number in dict.fromkeys(numbers)]
    found = pasted_list.read(between.join(listed) + "\n" + text)
    assert {*listed} <= {*found.cells}, "a name of the list was lost"


def _address(case: tuple[ListDefinition[Any], str]) -> None:
    shape, text = case
    state = shape.stored(text)
    assert shape.stored(state.whole) == shape.stored(shape.stored(state.whole).whole)
    assert shape.read(QueryDict(text.encode("utf-8", "replace")).dict()).size in (25, 50, 100, 250)
    for value in state.pairs().values():
        assert storable(value)
    assert state.order.key.removeprefix("-") in shape.sorts
    state.address, state.cleared, state.kept(), list(state.chips()), state.heads(), state.sizes(), state.choices(), state.file_name(now=NOW)


def _place(case: tuple[ListDefinition[Any], int, list[Any], str]) -> None:
    """A token of ours is read as it was made; any other text is none."""
    shape, number, values, text = case
    key = sorted(shape.sorts)[number % len(shape.sorts)]
    sort = shape.sorts[key]
    forged = base64.urlsafe_b64encode(json.dumps([key, 0, *values[: len(sort.by)]]).encode()).decode().rstrip("=")
    for token in (text, forged, forged + text):
        place = Cursor.read(token, key=key, sort=sort)
        if place is not None:
            assert Cursor.read(place.token(), key=key, sort=sort) == place
            assert all(storable(value) for value in place.values if isinstance(value, str))


def _id(text: str) -> None:
    number = ids.read_id(text)
    assert number is None or (0 < number <= ids.HIGHEST and int(text) == number)
    assert storable(filters.clean_query(text)) and len(filters.clean_query(text)) <= filters.LONGEST_QUERY
    assert filters.clean_query(filters.clean_query(text)) == filters.clean_query(text)
    filters.DateField("day").read(text)
    with suppress(ArgumentTypeError):
        assert 1 <= lookup._limit(text) <= MOST


def _cells(row: list[str]) -> None:
    """The file has one line with as many cells; none is a formula, and a cell that is none comes back as it is."""
    storing = [each.encode("utf-8", "replace").decode() for each in row] or [""]
    line = "".join(cells.csv_table(["a"] * len(storing), [storing])).partition("\r\n")[2]
    (read,) = csv.reader(io.StringIO(line, newline=""))
    assert len(read) == len(storing) and "".join(cells.blocks([line])) == line
    for text, cell in zip(storing, read, strict=True):
        assert cell == cells.cell(text) and "\0" not in cell and len(cell) <= cells.LONGEST_CELL
        assert cell.lstrip()[:1] not in ("=", "+", "-", "@", "\t", "\r") or cells.NUMBER.fullmatch(cell) or cell.lstrip() != cell
        assert not (text.isalnum() and text.isascii()) or cell == text


def _command(case: tuple[str, list[str]]) -> None:
    text, *pairs = (os.fsdecode(each.encode("utf-8", "surrogatepass")) for each in (case[0], *case[1]))
    try:
        found = [account_input._pair(each) for each in (text, *pairs)]
        account_input.settings_of(found, secret_names=["password"])
        account_input.secrets_of([("password", value) for _, value in found[:1]])
    except ArgumentTypeError as error:
        assert text not in str(error) or len(text) < 10
    except CommandRefused as refused:
        assert str(refused)


def _tags(text: str) -> None:
    try:
        name = tags.clean(text)
        assert name == tags.clean(name) and len(name) <= tags.LONGEST
    except ActionRefused as refused:
        assert refused.sentence


def _message(text: str) -> None:
    """A stored sentence, and what only looks like one."""
    found = messages.from_stored(text)
    assert isinstance(found, str) and isinstance(messages.translated(found), str) and isinstance(messages.as_stored(found), str)


def _head(text: str) -> None:
    with suppress(ValueError):
        assert str(Head.parse(text)) == text.strip().lower()


def _client(case: tuple[str, int]) -> None:
    text, proxies = case
    header = text.replace("\n", " ").replace("\r", " ")
    with override_settings(TRUSTED_PROXIES=proxies):
        request = RequestFactory().get("/", headers={"x-forwarded-for": header}, REMOTE_ADDR=text[:20])
        address = client_address.client_address(request)
        assert address is None or client_address.limited_network(address)
        client_address.is_local(request)


def _issues(text: str) -> None:
    form = SelectionForm(QueryDict(text.encode("utf-8", "replace")))
    assert form.is_valid() and isinstance(form.named, dict)


def _stored(dice: Random) -> str:
    """A message as `as_stored` writes it, whole or not."""
    inner = {
        "message": dice.choice(("Could not %(operation)s: %(reason)s.", "%(", "%s", "x", 3)),
        "params": {name: value(dice) for name in ("operation", "reason")},
    }
    return dice.choice(
        (json.dumps(inner), json.dumps(inner)[: dice.randint(0, 90)], text_maker('{"message": "x", "params": {"a": 1}}')(dice))
    )


_item = text_maker("issue-17-CVE-2026-1", "issue-17.3fa9c1b2-problems", "gap-3-", "stale-9223372036854775808-x")


def _items(dice: Random) -> str:
    listed = json.dumps([_item(dice) if dice.random() < 0.9 else value(dice) for _ in range(dice.randint(0, 4))])
    items = listed if dice.random() < 0.8 else text_maker(listed)(dice)
    return urlencode({"items": items.encode("utf-8", "replace"), "select": _item(dice).encode("utf-8", "replace"), "all": "1"})


def value(dice: Random) -> Any:
    return dice.choice((None, 1, 1.5, True, [1], {"message": "x"}, {"message": None}, {}, {"message": "%(a)s", "params": {"a": 1}}, "text"))


PLACES = st.tuples(st.sampled_from(DEFINITIONS), st.integers(0, 50), st.lists(made(lambda dice: dice.choice((0, 1, -1, 2**63, 2**70, 1.5, None, True, [1], "x", "\0", "\ud800",
                   "2026-11-30T12:00:00+00:00", "2026-11-30T12:00:00", "9999-12-31T23:59:59-12:00", text_maker("2026-11-30T12:00:00+00:00")(dice)))), min_size=2, max_size=4),
                   texts("WyJuYW1lIiwwLCJhIiwxXQ", "bnVsbA"))  # fmt: skip
SEPARATORS = st.sampled_from(("\n", ";", "\t", " | ", ",", ", ", "\r\n", " / "))
KNOWN = st.sampled_from((IdKind.SERIAL, IdKind.IP, IdKind.VENDOR_ID, IdKind.NICKNAME))
PARSERS: list[Parser[Any]] = [
    Parser((parser.parse, parser.says_nothing, labels.unwrapped, labels.label, labels.labelled_serials, interpretations.words), LINES, _search),
    Parser((parser.parse, identifier), st.tuples(KNOWN, texts(*SEARCHES, "10.0.0.1", "Front Desk")), _found_again, "found by its own text"),
    Parser((mac_notations.mac_notations, mac_notations.macs_inside, express_tag, serials_in, endings, other_domain, other_user_domain), LINES, _labels),
    Parser((pasted_list.read, pasted_list.readings, pasted_list.numbers, pasted_list.is_shortened, pasted_list.names_in, pasted_list.shape), ROWS, _pasted),
    Parser((pasted_list.read,), st.tuples(st.lists(st.integers(1, 10**5 - 1), min_size=2, max_size=6), SEPARATORS, ROWS), _columns, "loses no name"),
    Parser((ListDefinition.stored, ListDefinition.read), st.tuples(st.sampled_from(DEFINITIONS), QUERIES), _address),
    Parser((Cursor.read, Cursor.token), PLACES, _place),
    Parser((ids.read_id, filters.clean_query, filters.DateField.read, lookup._limit), texts("17", "9223372036854775808", "2026-11-30", "500"), _id),
    Parser((cells.cell, cells.csv_table, cells.blocks), st.lists(texts("=1+1", "-5", "+49 30 123", "'=x", '"=y', "@SUM(A1)", "1E5", "＝x"), max_size=3), _cells),
    Parser((account_input.settings_of, account_input.secrets_of), st.tuples(texts("url=https://a.example", "password=env:X", "password=file:/nonexistent/x"), st.lists(texts("a=b"), max_size=2)), _command),
    Parser((tags.clean,), texts("a, b", "Empfang;Pool"), _tags),
    Parser((messages.from_stored, messages.translated, messages.as_stored), made(_stored), _message),
    Parser((Head.parse,), texts("17:" + "ab" * 32, "0:" + "00" * 32), _head),
    Parser((client_address.client_address, client_address.limited_network, client_address.is_local), st.tuples(texts("192.0.2.7", "192.0.2.7:4711, [2001:db8::7]:1", "::ffff:192.0.2.7"), st.integers(0, 3)), _client),
    Parser((SelectionForm,), made(_items), _issues),
]  # fmt: skip
