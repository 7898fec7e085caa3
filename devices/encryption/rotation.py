"""Key rotation: seals every encrypted column with the first key, in batches. Safe to kill and to start again; a concurrent edit wins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import OperationalError, models, transaction
from django.db.models import Case, Count, F, Func, QuerySet, Value, When
from django.db.models.fields.json import KeyTextTransform

from devices.encryption import cipher

BATCH = 100
SAMPLE = 5  # values of a column: one alone may be damaged


@dataclass(frozen=True)
class EncryptedColumn:
    """A column with sealed text. `context`: what the text of a row is bound to, from its primary key."""

    model: type[models.Model]
    column: str
    context: Callable[[Any], str]

    @property
    def filled(self) -> QuerySet[models.Model]:
        """The rows with a text, which the database finds as `sealed_text`."""
        rows: QuerySet[models.Model] = self.model._default_manager.exclude(**{self.column: ""}).annotate(sealed_text=F(self.column))
        return rows

    def read(self, row: models.Model) -> str:
        return str(getattr(row, self.column))

    def bound_to(self, row: models.Model) -> str:
        return self.context(row.pk)

    def write(self, row: models.Model, sealed: str) -> None:
        """`row`: locked since it was read."""
        self._update(row, sealed)

    def _update(self, row: models.Model, value: object) -> None:
        self.model._default_manager.filter(pk=row.pk).update(**{self.column: value})


@dataclass(frozen=True)
class EncryptedKey(EncryptedColumn):
    """A sealed text under a key of a JSON column, of the rows that `only` selects. `context`: from the row."""

    key: str
    only: Mapping[str, str]

    @property
    def filled(self) -> QuerySet[models.Model]:
        text = KeyTextTransform(self.key, self.column)
        rows: QuerySet[models.Model] = self.model._default_manager.filter(**self.only).annotate(sealed_text=text).exclude(sealed_text=None)
        return rows

    def read(self, row: models.Model) -> str:
        return str(getattr(row, self.column)[self.key])

    def bound_to(self, row: models.Model) -> str:
        return self.context(row)

    def write(self, row: models.Model, sealed: str) -> None:
        self._update(row, {**getattr(row, self.column), self.key: sealed})


# Each app registers its own columns when it starts (apps.py).
PLACES: list[EncryptedColumn] = []
NOT_SEALED = "(not sealed)"
SEALED = f"^{cipher.PREFIX}:[^:]*:"


@dataclass(slots=True)
class RotationResult:
    """`broken`: a sentence for each value that cannot be opened; `busy`: rows that stayed locked."""

    done: int = 0
    busy: int = 0
    broken: list[str] = field(default_factory=list)


def sealing_key() -> str:
    return next(iter(settings.SEALING_KEYS))


def rows_per_key(places: Iterable[EncryptedColumn] | None = None) -> Counter[str]:
    """Key id → sealed values; NOT_SEALED for plain text. Counted by the database: there can be a link for every device."""
    counter: Counter[str] = Counter()
    for place in PLACES if places is None else places:
        key_id = Func(F("sealed_text"), Value(":"), Value(2), function="split_part", output_field=models.TextField())
        found = Case(When(sealed_text__regex=SEALED, then=key_id), default=Value(NOT_SEALED), output_field=models.TextField())
        rows = place.filled.annotate(key_id=found).order_by().values_list("key_id").annotate(Count("pk"))
        counter.update(dict(rows))
    return counter


def opens_any(key_id: str) -> bool | None:
    """Whether this key opens at least one of a few values that name it; None where no value does."""
    found = None
    for place in PLACES:
        for row in place.filled.filter(sealed_text__startswith=f"{cipher.PREFIX}:{key_id}:")[:SAMPLE]:
            found = False
            with suppress(cipher.DecryptionFailed):
                cipher.unseal(place.read(row), context=place.bound_to(row))
                return True
    return found


def rotate(*, batch: int = BATCH) -> RotationResult:
    """Skips locked rows first, then waits for them."""
    outcome = RotationResult()
    for place in PLACES:
        unusable: set[object] = set()
        while _batch(place, batch, outcome, unusable, wait=False):
            pass
        with suppress(OperationalError):  # still held after lock_timeout: counted as busy
            while _batch(place, 1, outcome, unusable, wait=True):
                pass
        outcome.busy += _old(place, unusable).count()
    return outcome


def _old(place: EncryptedColumn, unusable: set[object]) -> QuerySet[models.Model]:
    return place.filled.exclude(sealed_text__startswith=f"{cipher.PREFIX}:{sealing_key()}:").exclude(pk__in=unusable)


def _batch(place: EncryptedColumn, size: int, outcome: RotationResult, unusable: set[object], *, wait: bool) -> bool:
    """Seal up to `size` rows with the first key in one transaction; False when none was left. Raises OperationalError."""
    with transaction.atomic():
        rows = list(_old(place, unusable).select_for_update(skip_locked=not wait, of=("self",)).order_by("pk")[:size])
        for row in rows:
            context = place.bound_to(row)
            try:
                text = cipher.unseal(place.read(row), context=context)
            except cipher.DecryptionFailed as broken:
                unusable.add(row.pk)
                outcome.broken.append(f"{place.model._meta.verbose_name} {row.pk}: {broken}")
                continue
            place.write(row, cipher.seal(text, context=context))
            outcome.done += 1
    return bool(rows)
