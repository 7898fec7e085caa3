"""Every export, read three ways: no cell is a formula, and what only looks like one is unchanged. As CSV and as an Excel workbook."""

from __future__ import annotations

import csv
import html
import re
import unicodedata
from datetime import datetime, timedelta
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from devices.models import AuditEvent, User
from local.data_dir import PROJECT
from tests.devices.lists import workbooks
from tests.devices.lists.exported import ACCOUNT, CELLS, TEXTS, addresses, arguments_of, commands, exports, plant

pytestmark = pytest.mark.django_db
CODE = ("devices", "installers", "patching")
# Also as the beginning of a line that is not split at commas, unless a second number makes a calculation of it.
NUMBER = re.compile(r"[-+][0-9]+(\.[0-9]+)?(,([0-9A-Za-z]+(,.*)?|[^0-9].*)?)?", re.DOTALL)
PHONE_NUMBER = re.compile(r" ?\+49 [0-9()]+ ?[0-9 -]+(\"?,.*)?", re.DOTALL)
# Columns that have a free text of a vendor or user.
COLUMNS = {
    "devices:export": {"Name", "User", "Serial", "OS", "Model", "Groups", "Tags"},
    "devices:coverage_file": {"Device", "Serial", "User", "OS"},
    "devices:coverage_as_of_file": {"Device", "Serial", "User", "OS"},
    "devices:disagreements_file": {"Device", "User", "OS", "Shown value"},
    "devices:issues_file": {"Issue", "Vendor status", "Device", "Reason", "Ticket", "By"},
    "devices:audit_export": {"User", "Target"},
    "devices:lookup_list": {"Device", "Serial", "User", "OS"},
    "patching:patches_file": {"Device", "Application", "Developer", "Vendor status", "User", "To version", "Fixes"},
    "patching:attempts_file": {"Device", "Application", "Developer", "Vendor status", "User", "From version", "To version"},
    "patching:devices_file": {"Device", "User", "System"},
    "patching:titles_file": {"Application", "Developer"},
    "installers:handouts_file": {"Shared by", "Recipient", "Ticket", "Installer", "Device"},
    "installers:register_file": {"Installer"},
}

PAGES = {
    "devices:export": "/devices/",
    "devices:audit_export": "/audit/",
    "devices:coverage_as_of_file": "/coverage/as-of/devices/",
}  # others are named after their page


@pytest.fixture
def client(client: Client, alice: User) -> Client:
    plant(alice)
    client.force_login(alice)
    return client


def test_every_export_is_tested() -> None:
    """A new one has a format in its address, or is made by a module that is named here."""
    assert set(exports()) == set(COLUMNS)
    files = {path: path.read_text() for folder in CODE for path in (PROJECT / folder).rglob("*.py")}
    using = {name: {path.relative_to(PROJECT).as_posix() for path, text in files.items() if re.search(rf"\b{name}\b", text)} for name in (
        "table_file", "csv_table", "write_workbook", "BYTE_ORDER_MARK", "import csv",
    )}  # fmt: skip
    views = {view.__module__.replace(".", "/") + ".py" for view in addresses().values()}
    assert using["table_file"] == views | {"devices/lookup/batch_views.py", "devices/audit/export.py"}
    assert using["csv_table"] == {
        "devices/lists/csv.py",
        "devices/audit/export.py",
        "devices/audit/entries_file.py",
        "devices/search/export.py",
    }
    assert using["write_workbook"] == {"devices/lists/workbook.py", "devices/audit/export.py"}
    assert using["import csv"] == {"devices/lists/csv.py"}
    command_line = {"devices/management/commands/export.py", "devices/management/commands/audit.py"}
    assert using["BYTE_ORDER_MARK"] == {"devices/lists/csv.py", "devices/audit/export.py"} | command_line


def test_no_cell_is_a_formula_for_any_reader(client: Client) -> None:
    files = {name: fetch(client, "csv").decode("utf-8-sig") for name, fetch in exports().items()} | commands()
    for name, text in files.items():
        for separator in ",;\t|":
            found = [cell for row in csv.reader(StringIO(text), delimiter=separator) for cell in row if calculates(cell)]
            assert found == [], (name, separator)
            assert "\t" not in text and "\0" not in text


def test_texts_are_safe_or_unchanged_in_every_column(client: Client) -> None:
    for name, fetch in exports().items():
        table = list(csv.DictReader(StringIO(fetch(client, "csv").decode("utf-8-sig"), newline="")))
        for column in COLUMNS[name]:
            assert {row[column] for row in table} >= set(CELLS.values()), (name, column)
        whole = {column for column in table[0] if {row[column] for row in table} >= set(CELLS.values())}
        assert whole == COLUMNS[name]


def test_the_commands_write_the_same_cells(client: Client) -> None:
    for text in commands().values():
        cells = {cell for row in csv.reader(StringIO(text, newline="")) for cell in row}
        assert cells >= set(CELLS.values())


def test_a_workbook_has_the_same_texts_as_they_are(client: Client) -> None:
    texts = {text.replace("\r", "\n") for text in TEXTS}
    for name, fetch in exports().items():
        with time_machine.travel(timezone.now(), tick=False):  # one file says for which time it is
            rows = list(csv.reader(StringIO(fetch(client, "csv").decode("utf-8-sig"), newline="")))
            sheet = workbooks.read(fetch(client, "xlsx"))
        table = sheet.table()
        assert sheet.formulas == 0 and sheet.frozen_rows == "1", name
        cells = [cell for row in sheet.rows for cell in row.values()]
        assert {(cell.kind, cell.number_format) for cell in cells} == {("inlineStr", workbooks.TEXT_FORMAT)}, name
        assert all(cell.bold for cell in sheet.rows[0].values()) and not any(cell.bold for row in sheet.rows[1:] for cell in row.values())
        assert [bare(cell) for cell in table[0]] == [bare(cell) for cell in rows[0]]
        assert len(sheet.widths) == len(table[0]) and all(8 <= width <= 62 for width in sheet.widths)
        for column in COLUMNS[name]:
            assert {row[table[0].index(column)] for row in table[1:]} >= texts, (name, column)
        if name != "devices:audit_export":  # which has one entry more by then
            assert [[bare(cell) for cell in row] for row in table] == [[bare(cell) for cell in row] for row in rows], name


def test_files_and_columns_are_named_alike(client: Client) -> None:
    """`rollcall-LIST-YYYYMMDD-HHMM`, in UTC, and labels instead of names of columns; the name of an account is its own column."""
    for name, fetch in exports().items():
        for form in ("csv", "xlsx"):
            content = fetch(client, form)
            named = re.fullmatch(rf"rollcall-(.+)-([0-9]{{8}}-[0-9]{{4}})\.{form}", AuditEvent.objects.latest("pk").target)
            assert named, name
            assert abs(datetime.strptime(f"{named[2]}Z", "%Y%m%d-%H%M%z") - timezone.now()) < timedelta(hours=1), name
            if form == "csv":
                header = next(csv.reader(StringIO(content.decode("utf-8-sig"))))
                labels = [label for label in header if label != CELLS.get(ACCOUNT, "'" + ACCOUNT.replace(";=", ";'="))]
                assert labels == [
                    label for label in labels if re.fullmatch(r"(OS|[A-Z]+|[A-Z][a-z]+(-[a-z]+)*)( [A-Za-z0-9-]+|, [0-9]+)*", label)
                ], name
    for text in commands().values():
        assert all(label[0].isupper() and "_" not in label for label in next(csv.reader(StringIO(text.removeprefix("\ufeff")))))


def test_the_audit_log_has_the_format(client: Client) -> None:
    for name, fetch in exports().items():
        for form in ("csv", "xlsx"):
            fetch(client, form)
            recorded = AuditEvent.objects.latest("pk")
            assert "export" in recorded.action and recorded.detail["format"] == form, name
            assert recorded.target.endswith(f".{form}"), name


def test_who_may_not_export_gets_no_file_in_any_format(client: Client, people: dict[str, Client]) -> None:
    count = AuditEvent.objects.count()
    for name in addresses():
        for form in ("csv", "xlsx"):
            address = f"{reverse(name, args=[form])}?{arguments_of(name)}"
            assert [people[user].get(address).status_code for user in ("bob", "charlie")] == [403, 403], address
            assert Client().get(address).status_code == 302
    for form in ("csv", "xlsx"):
        assert people["bob"].post("/d/list/", {"list": "x", "format": form}).status_code == 403
    assert AuditEvent.objects.count() == count


def test_every_page_offers_both_formats_of_what_it_shows(client: Client) -> None:
    for name in addresses():
        page, arguments = PAGES.get(name) or reverse(name.removesuffix("_file")), arguments_of(name)
        text = html.unescape(client.get(f"{page}?{arguments}").text)
        for form, label in (("csv", "Export CSV"), ("xlsx", "Export Excel")):
            [link] = re.findall(rf'href="({re.escape(reverse(name, args=[form]))}[^"]*)" download>.*?{label}</a>', text, re.DOTALL)
            assert parse_qs(urlsplit(link).query) == parse_qs(arguments), link


def test_bulk_search_offers_both_formats(client: Client) -> None:
    text = client.post("/d/list/", {"list": "x"}).text
    assert 'name="format" value="csv"' in text and 'name="format" value="xlsx"' in text


def test_an_account_in_a_header_is_no_formula_either(client: Client) -> None:
    header = exports()["devices:coverage_file"](client, "csv").decode("utf-8-sig").splitlines()[0]
    assert header.split(",")[-1] == "\"'=eset;'=1\""
    assert workbooks.read(exports()["devices:coverage_file"](client, "xlsx")).table()[0][-1] == ACCOUNT


def bare(cell: str) -> str:
    """Without what the two formats write differently: guards, control characters."""
    return re.sub(r"\s", " ", cell).replace("'", "")


def calculates(cell: str) -> bool:
    """Whether a spreadsheet may take it for a formula: judged without the code that guards."""
    seen = [letter for letter in cell if unicodedata.category(letter) not in ("Cc", "Cf", "Mn", "Zs", "Zl", "Zp")]
    first = unicodedata.normalize("NFKC", "".join(seen)).lstrip('"')[:1]
    return first in ("=", "@", "|", "%") or (first in ("+", "-") and not NUMBER.fullmatch(cell) and not PHONE_NUMBER.fullmatch(cell))
