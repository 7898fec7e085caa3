"""Users: accounts that are no person join nothing; one person in several notations is no contradiction."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Device, Join, PossibleDuplicate, User
from tests.identity.reported.records import M1, MACOS, become, device_of, eset, five9s, opswat

pytestmark = pytest.mark.django_db

SETUP = [
    "_mbsetupuser",
    "_spotlight",
    "_windowserver",
    "loginwindow",
    "defaultuser0",
    "defaultuser1",
    "DefaultAccount",
    "WDAGUtilityAccount",
]
DESKTOP = [
    "DWM-1",
    "DWM-12",
    "UMFD-0",
    r"Window Manager\DWM-3",
    r"Font Driver Host\UMFD-2",
    "gdm",
    "sddm",
    "lightdm",
    "gnome-initial-setup",
]
EMPTY = ["-", "--", "N/A", "n.a.", "none", "(none)", "null", "?", "unknown", "Unbekannt", "inconnu", "not logged in", "<none>", "k.A."]
COMPUTERS = ["NB-0042$", r"CORP\NB-0042$", r"WORKGROUP\TILL-1$", "S-1-5-18", "S-1-5-21-1004336348-1177238915-682003330-512"]
SERVICES = [
    "system", r"NT AUTHORITY\SYSTEM", "LOKALER DIENST", r"NT-AUTORITÄT\LOKALER DIENST", "NETZWERKDIENST", "LOCAL SERVICE", "SERVICE LOCAL",
    "Servizio locale", "Servicio de red", "Локальная служба", "Usługa lokalna", r"IIS APPPOOL\DefaultAppPool", r"NT SERVICE\MSSQLSERVER",
]  # fmt: skip
SYSTEMS = ["Système", r"AUTORITE NT\Système", "Sistema", "Система", "Systém", "Rendszer", "Järjestelmä"]
ADMINISTRATORS = [
    "Administrator", "Administrador", "Administrateur", "Amministratore", "Администратор", "Administratör", "Järjestelmänvalvoja",
    "Rendszergazda", "管理员", "root", "admin", "localadmin", "Beheerder", "Yönetici", "Kerfisstjóri", "Quản trị viên",
]  # fmt: skip
SHARED = [
    "kiosk",
    "kioskUser0",
    "kiosk-berlin",
    "autologon",
    "Gast",
    "Guest",
    "Invité",
    "Гость",
    "user",
    "user1",
    "test",
    "Benutzer",
    "Utilisateur",
    "Пользователь",
    "Usuario",
    "Gast2",
]
IMAGES = ["ubuntu", "vagrant", "ec2-user", "azureuser", "sysadmin", "macadmin", "niemand angemeldet", "ningún usuario"]
NO_PERSONS = [*SETUP, *DESKTOP, *EMPTY, *COMPUTERS, *SERVICES, *SYSTEMS, *ADMINISTRATORS, *SHARED, *IMAGES]


@pytest.mark.parametrize("login", NO_PERSONS)
@pytest.mark.parametrize("host", ["MacBook-Pro", "till-1"])
def test_a_user_who_is_no_person_joins_no_two_machines_of_one_name(host: str, login: str) -> None:
    domain, _, user = login.rpartition("\\")
    assert become(opswat(host, user=user, domain=domain, macs="f8:ff:c2:99:00:09"), five9s(host, serial="C02BBBBBJG5H", login=login)) == [
        "F",
        "O",
    ]
    assert not Join.objects.exclude(kind="").exists()


PERSONS = [
    "anna", r"CORP\anna", "till", "kim", "u012345", "4711", "jennifer.null", "rootsi", "админов", "gastmann", "systermans", "testa.rossa", "adminah",
    "dwm.berg", "Jürgen", "李明", "noa", "notter", "defaulta.berg", "sistermann", "benutzermann", "jane.admin", "gastone",
]  # fmt: skip


@pytest.mark.parametrize("login", PERSONS)
def test_a_person_joins_two_records_of_one_name(login: str) -> None:
    domain, _, user = login.rpartition("\\")
    assert become(opswat("NB-0042", user=user, domain=domain, macs=M1), five9s("NB-0042", serial="PF3XK2AB", login=login)) == ["F O"]
    assert Join.objects.filter(weak=True).count() == 2


DEFAULT_NAMES = [
    "MacBook-Pro",
    "MacBook-Air-2",
    "ubuntu",
    "raspberrypi",
    "DESKTOP",
    "iMac",
    "localhost",
    "debian",
    "laptop",
    "WIN-TEMPLATE",
]


@pytest.mark.parametrize("host", DEFAULT_NAMES)
def test_a_name_that_setup_proposes_joins_not_even_with_a_person(host: str) -> None:
    assert become(opswat(host, user="anna", macs=M1), five9s(host, serial="PF3XK2AB", login="anna")) == ["F", "O"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_new_macs_in_a_roll_out_stay_apart(count: int) -> None:
    macs = [opswat("MacBook-Pro", user="_mbsetupuser", macs=f"f8:ff:c2:99:00:0{n}", system=MACOS, label=f"o{n}") for n in range(count)]
    other = five9s("MacBook-Pro", serial="C02BBBBBJG5H", login="_mbsetupuser", system=MACOS, label="f")
    assert become(*macs, other) == ["f", *(each.label for each in macs)]


def test_a_computer_account_does_not_contradict_the_person() -> None:
    records = (
        opswat("NB-1", user="anna", domain="CORP", macs=M1),
        eset("NB-1", serial="PF3XK2AB", macs=M1),
        five9s("NB-1", serial="PF3XK2AB", login="NB-1$"),
    )
    assert become(*records) == ["E F O"]
    assert (device_of(records[0]).disagrees, device_of(records[0]).user) == ([], r"CORP\anna")


# five(9)s' login, OPSWAT's user and domain
ONE_PERSON = {
    "display name of Entra": (r"AzureAD\JaneRoe", "jane.roe@corp.example", "AzureAD"),
    "display name of Entra, last name first": (r"AzureAD\RoeJane", "jane.roe@corp.example", "AzureAD"),
    "display name with a middle name": (r"AzureAD\JaneSampleRoe", "jane.sample.roe@corp.example", ""),
    "display name behind the sign": ("JaneRoe@AzureAD", "jane.roe", "CORP"),
    "umlauts written with e": (r"AzureAD\JürgenMüller", "juergen.mueller@corp.example", ""),
    "umlauts left out": (r"AzureAD\JürgenMüller", "jurgen.muller@corp.example", ""),
    "Nordic letters": (r"AzureAD\SørenØrsted", "soeren.oersted@corp.example", ""),
    "login and mail address": (r"CORP\anna", "anna@corp.example", ""),
    "mail address behind the domain": ("jane.roe", "jane.roe@corp.example", "AZUREAD"),
    "letter case": (r"CORP\ANNA", "anna", "corp"),
    "local computer as the domain": (r"NB-0042\anna", "anna", "CORP"),
    "Microsoft account": (r"MicrosoftAccount\anna@corp.example", "anna", ""),
    "decomposed letters": (r"CORP\ju" + "\u0308rgen", "jürgen", "CORP"),
}  # fmt: skip


@pytest.mark.parametrize(("login", "user", "domain"), ONE_PERSON.values(), ids=ONE_PERSON)
def test_one_person_in_two_notations_joins(login: str, user: str, domain: str) -> None:
    records = opswat("NB-0042", user=user, domain=domain, macs=M1), five9s("NB-0042", serial="PF3XK2AB", login=login)
    assert become(*records) == ["F O"]
    assert Device.objects.get().disagrees == []


NOT_COMPARABLE = {
    "display name with a middle name that the address lacks": (r"AzureAD\JaneSampleRoe", "jane.roe@corp.example", "AzureAD"),
    "initial and last name": (r"CORP\aschmidt", "anna.schmidt@corp.example", ""),
    "display name and initial": (r"AzureAD\JaneRoe", "jroe", "CORP"),
    "personnel number": (r"CORP\u012345", "anna.schmidt@corp.example", ""),
    "digits": (r"CORP\4711", "anna.schmidt@corp.example", ""),
    "display name and another word": (r"AzureAD\JaneRoe", "berta", "CORP"),
}


@pytest.mark.parametrize(("login", "user", "domain"), NOT_COMPARABLE.values(), ids=NOT_COMPARABLE)
def test_notations_that_cannot_be_compared_neither_join_nor_contradict(login: str, user: str, domain: str) -> None:
    o, f = opswat("NB-0042", user=user, domain=domain, macs=M1), five9s("NB-0042", serial="PF3XK2AB", login=login)
    assert become(o, f) == ["F", "O"]
    assert PossibleDuplicate.objects.count() == 1
    assert become(o, f, eset("NB-0042", serial="PF3XK2AB", macs=M1)) == ["E F O"]
    assert Device.objects.filter(sightings__isnull=False).distinct().get().disagrees == []


TWO_PERSONS = {
    "two logins": (r"CORP\anna", "berta", "CORP"),
    "two mail addresses": ("anna.berg@corp.example", "anna.stein@corp.example", ""),
    "two short logins": ("kim", "tim", ""),
    "two personnel numbers": ("e1234", "e5678", ""),
}


@pytest.mark.parametrize(("login", "user", "domain"), TWO_PERSONS.values(), ids=TWO_PERSONS)
def test_two_persons_of_one_notation_are_a_data_conflict(login: str, user: str, domain: str) -> None:
    o, f = opswat("NB-0042", user=user, domain=domain, macs=M1), five9s("NB-0042", serial="PF3XK2AB", login=login)
    assert become(o, f) == ["F", "O"]
    assert become(o, f, eset("NB-0042", serial="PF3XK2AB", macs=M1)) == ["E F O"]
    assert Device.objects.filter(sightings__isnull=False).distinct().get().disagrees == ["user"]


def test_either_notation_of_the_user_finds_the_device(client: Client, bob: User) -> None:
    become(
        opswat("NB-0042", user="jane.roe@corp.example", domain="AzureAD", macs=M1),
        five9s("NB-0042", serial="PF3XK2AB", login=r"AzureAD\JaneSampleRoe"),
        eset("NB-0042", serial="PF3XK2AB", macs=M1),
    )
    client.force_login(bob)
    for text in ("jane.roe", "jane.roe@corp.example", r"AzureAD\JaneSampleRoe", "JaneSampleRoe"):
        assert [each["name"] for each in client.get("/d/", {"q": text, "format": "json"}).json()["matches"]] == ["NB-0042"], text
