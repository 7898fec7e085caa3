"""Company of a generated fleet: people with their logins, host names by its scheme, numbers and ids that occur once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from tests.identity.record import Naming

FIRST = (
    "Anna", "Berta", "Carla", "David", "Emil", "Frieda", "Georg", "Hanna", "Ivan", "Jürgen", "Katja", "Lukas", "Marie", "Nils", "Olga",
    "Paul", "Rosa", "Søren", "Timo", "Ute", "Vera", "Werner", "Łucja", "Zoë", "Élise", "Björn", "Chloé", "Dagmar", "Eva", "Felix",
)  # fmt: skip
LAST = (
    "Schmidt", "Meier", "Huber", "Wagner", "Becker", "Hofmann", "Koch", "Bauer", "Wolf", "Schäfer", "Neumann", "Zimmer", "Krüger",
    "Lange", "Werner", "Krause", "Lehmann", "König", "Walter", "Maier", "Fuchs", "Scholz", "Weiß", "Jung", "Hahn", "Vogel", "Keller",
    "Günther", "Frank", "Berger", "Winkler", "Roth", "Beck", "Lorenz", "Baumann", "Franke", "Albrecht", "Schuster", "Simon", "Ludwig",
)  # fmt: skip
PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "é": "e", "ë": "e", "ł": "l", "Ł": "l", "É": "e"})
SITES = ("BER", "MUC", "HAM", "VIE", "ZRH", "LYS", "WAW", "PRG")
LONG_SITES = ("BERLIN", "HAMBURG", "STUTTGART", "WARSZAWA")
FOREIGN = ("MÜNCHEN", "KØBENHAVN", "ΑΘΗΝΑ", "МОСКВА", "ŁÓDŹ")
DOMAIN, OTHER_DOMAIN = "corp.example", "tochter.example"


@dataclass(frozen=True, slots=True)
class Person:
    """`sam`: the login of the domain; `upn`: the part before the @. They are equal where the company gives one login."""

    first: str
    last: str
    sam: str
    upn: str

    @property
    def display(self) -> str:
        """As Entra-joined Windows writes it behind `AzureAD\\`: without blanks."""
        return self.first + self.last


@dataclass(frozen=True, slots=True)
class HostName:
    text: str  # in the system's own spelling
    naming: Naming = Naming.SCHEME
    domain: str = DOMAIN


def letters(text: str) -> str:
    return "".join(letter for letter in text.lower().translate(PLAIN) if letter.isalpha())


class World:
    """Counters and dice of one fleet; the same seed gives the same fleet."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.dice = Random(seed)
        self.now = now
        self._number = 0
        self._people: set[str] = set()
        self._external = 1000
        self.machines = 0

    def machine(self) -> int:
        self.machines += 1
        return self.machines

    def number(self) -> int:
        self._number += 1
        return self._number

    def external_id(self) -> int:
        self._external += 1
        return self._external

    def chance(self, percent: float) -> bool:
        return self.dice.random() * 100 < percent

    def person(self, *, one_login: bool = True) -> Person:
        """Each once: a name that is taken gets a longer last name."""
        first, last = self.dice.choice(FIRST), self.dice.choice(LAST)
        upn = f"{letters(first)}.{letters(last)}"
        while upn in self._people:
            last = f"{last}{self.dice.choice('abcdefghiklmnoprstuw')}{self.dice.choice('aeiou')}"
            upn = f"{letters(first)}.{letters(last)}"
        self._people.add(upn)
        sam = upn if one_login else f"{letters(first)[0]}{letters(last)}{self.number() % 90 + 10}"
        return Person(first, last, sam, upn)

    def scheme_name(self, role: str) -> HostName:
        return HostName(f"{self.dice.choice(SITES)}-{role}-{self.number():05d}")

    def long_name(self) -> HostName:
        """More than 15 characters; whether the first 15 differ between machines depends on the site's scheme."""
        number = self.number()
        if self.chance(40):
            return HostName(f"NB{number:05d}-{self.dice.choice(('VERWALTUNG', 'BUCHHALTUNG', 'ENGINEERING'))}")
        return HostName(f"{self.dice.choice(LONG_SITES)}-NOTEBOOK-{number:05d}")

    def foreign_name(self) -> HostName:
        return HostName(f"{self.dice.choice(FOREIGN)}-{self.number():05d}")

    def random_name(self, prefix: str = "DESKTOP-") -> HostName:
        """As Windows' setup makes it: unique by chance."""
        tail = "".join(self.dice.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") for _ in range(7))
        return HostName(prefix + tail, Naming.ROLE)
