"""Host names inside paths, computer accounts, distinguished names and URLs. Pure."""

from __future__ import annotations

import re

from devices.search.interpretations import How

_NAME = r"[^\\/@:?#\s\"'<>|,]+"
PATH = re.compile(rf"(?:\\\\\?\\UNC\\|\\\\|//)(?P<name>{_NAME})(?:@[^\\/]*)?(?:[\\/].*)?")
# `NB-0042$`, `CORP\NB-0042$`, `NB-0042$@CORP.EXAMPLE`
ACCOUNT = re.compile(r"(?:[^\\/@\s]+[\\/])?(?P<name>[\w.-]+)\$(?:@[\w.-]+)?")
# `host/nb-0042.corp.example@CORP.EXAMPLE`, as Kerberos names a machine
PRINCIPAL = re.compile(r"(?:host|cifs|termsrv|wsman|restrictedkrbhost)/(?P<name>[\w.-]+)(?::\d+)?(?:@[\w.-]+)?", re.IGNORECASE)
DISTINGUISHED = re.compile(r"CN=(?P<name>[\w.-]+)\s*,\s*(?:CN|OU|DC)=.*", re.IGNORECASE)
URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/@\s]*@)?(?P<name>\[[^\]\s]+\]|[^/:?#\s\[\]@]+)(?::\d*)?(?:[/?#].*)?", re.IGNORECASE)
PORT = re.compile(r"(?P<name>[\w-]+(?:\.[\w-]+)*):\d{1,5}")
ADDRESS_PART = re.compile("[0-9a-f]{1,4}", re.IGNORECASE)  # `fe80:1` is the beginning of an address
NOTATIONS = ((PATH, How.PATH), (ACCOUNT, How.ACCOUNT), (PRINCIPAL, How.ACCOUNT), (DISTINGUISHED, How.ACCOUNT), (URL, How.URL))


def host_in(text: str) -> tuple[str, How] | None:
    """The host name or IP address in the text, and in which notation it stands there."""
    for pattern, how in NOTATIONS:
        if found := pattern.fullmatch(text):
            return found["name"].strip("[]"), how
    port = PORT.fullmatch(text)
    return (port["name"], How.URL) if port and not ADDRESS_PART.fullmatch(port["name"]) else None
