"""Domains of host names and users: whether two of them contradict each other. Pure."""

from __future__ import annotations

from collections.abc import Collection

from vendors.parsing import normalise

# What stands where a domain would: it is none.
NO_DOMAIN = frozenset(("", ".", "azuread", "microsoftaccount", "workgroup", "arbeitsgruppe", "localhost"))
LINK_LOCAL = frozenset(("local", "localdomain"))  # of multicast DNS, in which every machine is


def other_domain(asked: str, told: Collection[str]) -> bool:
    """Whether a full host name is none of those of a device, which are in other domains. Names in `.local` have no domain."""
    others = {_domain(name) for name in told} - {"", *LINK_LOCAL}
    return bool(others) and _domain(asked) not in (*others, *LINK_LOCAL)


def other_user_domain(asked: str, values: Collection[str]) -> bool:
    """Whether a user that was typed with a domain is in none of the domains that vendors write, as far as they write any.

    `CORP` and `corp.example` are one; `CORP` and another DNS name may be one, which is not certain.
    """
    wanted = normalise.user_parts(asked)[1]
    told = {normalise.user_parts(value)[1] for value in values if value} - NO_DOMAIN
    return bool(told) and wanted not in NO_DOMAIN and not any(_one(wanted, domain) for domain in told)


def _domain(name: str) -> str:
    return name.partition(".")[2]


def _one(first: str, second: str) -> bool:
    if ("." in first) == ("." in second):
        return first == second
    return first.partition(".")[0] == second.partition(".")[0]
