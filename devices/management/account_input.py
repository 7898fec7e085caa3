"""`--set KEY=VALUE …` and `--secret KEY=env:VARIABLE|file:PATH …`, and the help that lists them for each vendor.

A secret comes from a variable or a file, never from an argument. No error repeats a value.
"""

from __future__ import annotations

import os
import textwrap
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Collection, Iterator
from pathlib import Path

from devices.accounts.validation import LONGEST_SECRET, InvalidAccount
from devices.management.console import NOT_READY, CommandRefused
from vendors.base import Field, Vendor
from vendors.registry import VENDORS

Pairs = list[tuple[str, str]]
WIDTH = 110
WHY_NOT_PLAIN = (
    "A secret on the command line is visible in the shell history and the process list: "
    "use --secret {name}=env:VARIABLE or --secret {name}=file:PATH."
)


def add_settings(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        # Not "settings": Django reads that name as its own --settings.
        dest="setting_pairs",
        nargs="+",
        action="extend",
        default=[],
        type=_pair,
        metavar="KEY=VALUE",
        help="settings of the vendor, listed below; may be repeated",
    )


def add_secrets(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--secret",
        dest="secret_pairs",
        nargs="+",
        action="extend",
        default=[],
        type=_pair,
        metavar="KEY=env:VARIABLE|file:PATH",
        help="secrets of the vendor, from a variable or a file; may be repeated",
    )


def describe_vendors(parser: ArgumentParser, *, example: bool = False) -> None:
    """Let `--help` end with every setting and secret of every vendor. `example`: and how to add an account."""
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.epilog = "\n\n".join("\n".join(_vendor_lines(vendor, example=example)) for vendor in VENDORS.values())


def settings_of(pairs: Pairs, *, secret_names: Collection[str]) -> dict[str, str]:
    """Raises CommandRefused for a secret among them, and for a key that is given twice."""
    for key, _ in pairs:
        if key in secret_names:
            raise CommandRefused(WHY_NOT_PLAIN.format(name=key), code=NOT_READY)
    return _once(pairs, "--set")


def secrets_of(pairs: Pairs) -> dict[str, str]:
    """The values from the variables and files. Raises CommandRefused."""
    return {key: _secret(key, source) for key, source in _once(pairs, "--secret").items()}


def sentences_with_options(bad: InvalidAccount) -> list[str]:
    """The sentences about single settings and secrets; of each that is missing, with the option that gives it."""
    sentences = dict(bad.fields)
    for field in bad.missing:
        option = f"--secret {field.name}=env:VARIABLE" if field.secret else f"--set {field.name}={_example(field)}"
        sentences[field.name] = f"{field.label} is missing: enter it with {option}."
    return list(sentences.values())


def _once(pairs: Pairs, option: str) -> dict[str, str]:
    keys = [key for key, _ in pairs]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise CommandRefused(f"{option} has {' and '.join(twice)} more than once: use each key once.", code=NOT_READY)
    return dict(pairs)


def _pair(text: str) -> tuple[str, str]:
    """Never repeats the text: it may be a secret, entered here by mistake."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise ArgumentTypeError("expected KEY=VALUE; the account name comes before the options")
    return name.strip(), value


def _secret(name: str, source: str) -> str:
    where, _, rest = source.partition(":")
    if where == "env" and rest:
        value = os.environ.get(rest, "")
        if not value:
            raise CommandRefused(f"The variable {rest} for {name} is not set or empty: set it first.")
        return value
    if where == "file" and rest:
        return _from_file(name, Path(rest))
    raise CommandRefused(WHY_NOT_PLAIN.format(name=name), code=NOT_READY)


def _from_file(name: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_SECRET + 1)
        value = content.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise CommandRefused(f"The file for {name} cannot be read ({reason}): {path}.") from None
    if not value or len(content) > LONGEST_SECRET:
        raise CommandRefused(f"The file for {name} is {'too large' if value else 'empty'}: {path}.")
    return value


def _vendor_lines(vendor: Vendor, *, example: bool) -> Iterator[str]:
    yield f"{vendor.slug}: {vendor.label}"
    for field in vendor.fields:
        option = f"--secret {field.name}=env:{_variable(vendor, field)}" if field.secret else f"--set {field.name}={_example(field)}"
        yield f"  {option}"
        yield from textwrap.wrap(_meaning(field), WIDTH, initial_indent="      ", subsequent_indent="      ", break_on_hyphens=False)
    if example:
        yield "  Example:"
        yield f"    manage.py account add {vendor.slug}-main --vendor {vendor.slug}{_needed(vendor)}"


def _meaning(field: Field) -> str:
    words = [f"{field.label}{' (required)' if field.required and not field.default else ''}.", field.help]
    if field.choices:
        words.append(f"One of {', '.join(key for key, _ in field.choices)}.")
    if field.boolean:
        words.append("true or false.")
    if field.default:
        words.append(f"Default: {field.default}.")
    return " ".join(word for word in words if word)


def _example(field: Field) -> str:
    return field.example or field.default or "VALUE"


def _needed(vendor: Vendor) -> str:
    settings = [f"{field.name}={_example(field)}" for field in vendor.fields if not field.secret and field.required]
    secrets = [f"{field.name}=env:{_variable(vendor, field)}" for field in vendor.fields if field.secret]
    return "".join(f" {option} {' '.join(pairs)}" for option, pairs in (("--set", settings), ("--secret", secrets)) if pairs)


def _variable(vendor: Vendor, field: Field) -> str:
    return f"{vendor.slug}_{field.name}".upper()
