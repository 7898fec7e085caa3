"""The documentation as pages: every file of docs/, with links that lead somewhere."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from config.documentation import FOLDER, documents
from config.env import ROOT
from devices.models import User

pytestmark = pytest.mark.django_db


def test_every_document_is_listed_and_its_links_lead_somewhere(client: Client, bob: User) -> None:
    client.force_login(bob)
    page = client.get("/docs/").content.decode()
    assert len(documents()) == len(list(FOLDER.rglob("*.md"))) > 5
    for document in documents().values():
        assert f'href="{document.url}"' in page and document.title in page
        answer = client.get(document.url)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert '<img src="docs' not in text
        for link in re.findall(r'<a href="(/docs/[^"#]*)', text):
            assert client.get(link).status_code == 200, (document.name, link)
        body = text[text.index("<article") : text.index("</article>")]
        assert not re.search(r'href="(?!/|https://|http://|#)', body), document.name


def test_every_link_with_an_anchor_leads_to_a_heading() -> None:
    """Those of the pages, and those of the files beside them."""
    ids = {document.url: re.findall(r' id="([^"]+)"', document.body) for document in documents().values()}
    links = [
        (document.name, page or document.url, anchor)
        for document in documents().values()
        for page, anchor in re.findall(r'href="(/docs/[^"#]*)?#([^"]+)"', document.body)
    ]
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text("utf-8")
        links += [(name, f"/docs/{page}/", anchor) for page, anchor in re.findall(r"\]\(docs/([^)#]+)\.md#([^)]+)\)", text)]
    assert len(links) >= 5
    assert [link for link in links if link[2] not in ids[link[1]]] == []


def test_no_two_headings_of_a_page_have_the_same_anchor() -> None:
    for document in documents().values():
        ids = re.findall(r' id="([^"]+)"', document.body)
        assert len(ids) == len(set(ids)) == len(re.findall(r"<h[1-6]", document.body)), document.name


@pytest.mark.parametrize("name", ["no-such", "../README", "operating.md", "..%2fREADME", "vendors"])
def test_nothing_else_is_served(client: Client, bob: User, name: str) -> None:
    client.force_login(bob)
    assert client.get(f"/docs/{name}/").status_code == 404


def test_the_menu_has_the_documentation_and_the_version(client: Client, bob: User) -> None:
    assert client.get("/docs/").status_code == 302
    client.force_login(bob)
    page = client.get("/devices/").content.decode()
    assert 'href="/docs/"' in page and f"Rollcall {settings.VERSION}" in page


@pytest.mark.parametrize(
    "address",
    ["/accounts/reauthenticate/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/login/"],
)
def test_no_link_of_the_sign_in_pages_leads_nowhere(client: Client, bob: User, address: str) -> None:
    if not address.endswith("login/"):
        client.post("/accounts/login/", {"login": "bob", "password": "correct horse battery staple"})
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "/accounts/password/reset/" not in text
    for link in set(re.findall(r'href="(/[^"#]*)"', text)) - {"/accounts/logout/"}:
        assert link.startswith("/static/") or client.get(link).status_code in (200, 302), link


def test_a_forgotten_password_leads_to_the_administrator(client: Client, bob: User) -> None:
    assert "Contact your Rollcall administrator" in client.get("/accounts/login/").content.decode()
    client.force_login(bob)
    assert "Contact your Rollcall administrator" in client.get("/accounts/reauthenticate/").content.decode()
