"""Users: add, change the role or password, enable and disable. Every change is in the audit log."""

from __future__ import annotations

import secrets

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.errors import checked_reason
from devices.models import User
from devices.web.roles import ADMINISTRATOR, HELPDESK, IT_STAFF, ROLES

SHORT = {"helpdesk": HELPDESK, "it": IT_STAFF, "admin": ADMINISTRATOR}
# Without letters and digits that look alike.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS_OF_LETTERS, LETTERS_IN_GROUP = 4, 5


class InvalidUser(Exception):
    """The change is refused: one sentence."""


def random_password() -> str:
    """About 99 bits, easy to type."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(LETTERS_IN_GROUP)) for _ in range(GROUPS_OF_LETTERS))
    return "-".join(groups)


def all_users() -> QuerySet[User]:
    return User.objects.prefetch_related("groups", "authenticator_set").order_by("username")


def role_of(user: User) -> str:
    """The short name of the role; "" without one. A superuser counts as an administrator."""
    held = {group.name for group in user.groups.all()}
    if user.is_superuser:
        return "admin"
    return next((short for short, role in reversed(SHORT.items()) if role in held), "")


def role_label(user: User) -> str:
    """The role in the language of the page; "" without one."""
    short = role_of(user)
    return gettext(SHORT[short]) if short else ""


def user_named(name: str) -> User:
    """Raises InvalidUser."""
    user = User.objects.filter(username=name).first() if "\0" not in name else None
    if user is None:
        known = ", ".join(User.objects.order_by("username").values_list("username", flat=True)[:20])
        raise InvalidUser(f"There is no user {name!r}. Users: {known or 'none'}.")
    return user


def add_user(name: str, *, role: str, password: str = "") -> str:
    """`role` is one of ROLES. Returns the password, a random one by default; only its hash is stored. Raises InvalidUser."""
    try:
        User._meta.get_field("username").clean(name, None)
    except ValidationError:
        raise InvalidUser("The name must be 1 to 150 letters, digits or @ . + - _ without blanks.") from None
    _check_password(password, User(username=name))
    password = password or random_password()
    try:
        with transaction.atomic():
            if User.objects.filter(username__iexact=name).exists():
                raise InvalidUser(f"User {name!r} already exists: choose another name.")
            user = User.objects.create_user(username=name, password=password)
            user.groups.add(Group.objects.get(name=role))
            audit.record("person added", act=AuditContext(timezone.now()), target=user, role=role)
    except IntegrityError:
        raise InvalidUser(f"User {name!r} already exists: choose another name.") from None
    return password


def set_role(user: User, *, role: str) -> None:
    """Replace the role, effective with the next request. Raises InvalidUser for the last administrator."""
    with transaction.atomic():
        if role != ADMINISTRATOR:
            _keep_an_administrator(user)
        before = role_of(user)
        user.groups.remove(*Group.objects.filter(name__in=ROLES))
        user.groups.add(Group.objects.get(name=role))
        User.objects.filter(pk=user.pk).update(is_superuser=False)
        audit.record("role changed", act=AuditContext(timezone.now()), target=user, before=SHORT.get(before, "none"), role=role)


def set_password(user: User, *, password: str = "") -> str:
    """Replace the password, which ends all sessions of the user. Raises InvalidUser."""
    _check_password(password, user)
    password = password or random_password()
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        audit.record("password replaced", act=AuditContext(timezone.now()), target=user)
    return password


def switch_user(user: User, *, enabled: bool) -> None:
    """Enable or disable; disabling ends all sessions at once. Raises InvalidUser for the last administrator."""
    with transaction.atomic():
        if not enabled:
            _keep_an_administrator(user)
        User.objects.filter(pk=user.pk).update(is_active=enabled)
        audit.record("person switched", act=AuditContext(timezone.now()), target=user, enabled=enabled)


def second_factor(user: User) -> Authenticator | None:
    """The authenticator app, without its secret; None: the password alone signs in."""
    rows = user.authenticator_set.all()  # type: ignore[attr-defined]  # the library has no types
    return next((row for row in rows if row.type == Authenticator.Type.TOTP), None)


def has_second_factor(user: User) -> bool:
    return second_factor(user) is not None


def remove_second_factor(user: User, *, reason: str = "", act: AuditContext | None = None) -> bool:
    """With the recovery codes, for a user who lost them: the password alone signs in afterwards. False where there was none.

    `reason`: required of an administrator at the page. Raises ActionRefused there.
    """
    noted = {"reason": checked_reason(reason)} if act else {}
    act = act or AuditContext(timezone.now())
    with transaction.atomic():
        rows = list(Authenticator.objects.select_for_update().filter(user=user).order_by("type"))
        for row in rows:
            row.delete()
            detail = {"kind": str(row.type), "change": "removed", **noted}
            audit.record("second factor changed", act=act, target=user, **detail)
    return bool(rows)


def _check_password(password: str, user: User) -> None:
    if password:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise InvalidUser(" ".join(error.messages)) from None


def _keep_an_administrator(without: User) -> None:
    administer = Q(groups__name=ADMINISTRATOR) | Q(is_superuser=True)
    # Locked, so that two administrators who are disabled at the same time cannot each count on the other.
    administrators = set(User.objects.select_for_update().filter(pk__in=User.objects.filter(administer, is_active=True)))
    if administrators == {without}:
        raise InvalidUser(f"{without.get_username()} is the only administrator: give another user that role first.")
