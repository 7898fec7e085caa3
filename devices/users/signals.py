"""Sign-in: no self-registration, and every attempt is in the audit log."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from devices.audit import log as audit
from devices.audit.context import UNKNOWN, AuditContext
from devices.models import User
from devices.users import sign_in_limits
from devices.users.sign_in_limits import user_of_that_name
from devices.web.client_address import client_address


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": gettext_lazy("This user is disabled. Contact your Rollcall administrator."),
        "enter_current_password": gettext_lazy("The current password is incorrect."),
        "incorrect_password": gettext_lazy("Incorrect password."),
        "username_password_mismatch": gettext_lazy("Incorrect username or password."),
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Also for reauthentication by password. Raises ImmediateHttpResponse with 429."""
        name = str(credentials.get("username") or "")
        return sign_in_limits.limited(request, name, lambda: super(AccountAdapter, self).authenticate(request, **credentials))

    def get_client_ip(self, request: HttpRequest) -> str:
        """ "" for a client on a unix socket."""
        return client_address(request) or ""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


@receiver(user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    act = _act(user, request)
    audit.record("sign-in", act=act)
    sign_in_limits.remember_address(user, act.address, now=act.now)


@receiver(user_logged_out)
def _signed_out(request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    if user is not None:
        audit.record("sign-out", act=_act(user, request))


@receiver(password_changed)
def _password_changed(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    audit.record("password replaced", act=_act(user, request), target=user)


@receiver(authenticator_added)
@receiver(authenticator_removed)
@receiver(authenticator_reset)
def _factor_changed(request: HttpRequest, user: User, authenticator: Any, signal: Any, **_kwargs: Any) -> None:
    change = {id(authenticator_added): "added", id(authenticator_removed): "removed"}.get(id(signal), "made anew")
    audit.record("second factor changed", act=_act(user, request), target=user, kind=str(authenticator.type), change=change)


@receiver(user_login_failed)
def _refused(credentials: dict[str, Any], request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """What was typed as a user name is not recorded: it may be a password. A user of that name is."""
    audit.record(
        "sign-in refused", act=replace(_act(None, request), name=UNKNOWN), target=user_of_that_name(credentials.get("username")) or ""
    )


@receiver(authentication_failed)
def _factor_refused(request: HttpRequest, user: User, authenticator: Any, reauthentication: bool, **_kwargs: Any) -> None:
    act = _act(user, request) if reauthentication else replace(_act(None, request), name=UNKNOWN)
    audit.record("second factor refused", act=act, target=user, kind=str(authenticator.type))


def _act(user: User | None, request: HttpRequest | None) -> AuditContext:
    return AuditContext.of(user, now=timezone.now(), address=client_address(request) if request else None)
