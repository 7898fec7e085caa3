"""Options of our commands and of Django's live in one namespace: a name of ours must not be one that Django reads."""

from __future__ import annotations

from argparse import Action, ArgumentParser, _SubParsersAction
from collections.abc import Iterator

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from devices.management.console import Command as ConsoleCommand

APPS = ("devices", "installers", "patching")
DJANGOS = ("migrate",)  # with the owner's role; its options are Django's
OURS = sorted(name for name, app in get_commands().items() if app in APPS and name not in DJANGOS)
TAKEN = {action.dest: set(action.option_strings) for action in BaseCommand().create_parser("manage.py", "any")._actions}


def collisions(parser: ArgumentParser) -> list[str]:
    return [
        f"{parser.prog}: {action.dest}"
        for action in actions(parser)
        if action.dest in TAKEN and set(action.option_strings) != TAKEN[action.dest] and action.dest != "help"
    ]


def actions(parser: ArgumentParser) -> Iterator[Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, _SubParsersAction):
            for each in action.choices.values():
                yield from actions(each)


def test_there_are_commands_to_look_at() -> None:
    assert {"account", "sync", "lookup", "export", "person", "match", "rotate_secrets", "installer", "patches"} <= set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_no_option_of_ours_has_a_name_that_django_reads(name: str) -> None:
    command = load_command_class(get_commands()[name], name)
    assert isinstance(command, ConsoleCommand), "its errors would be tracebacks"
    assert collisions(command.create_parser("manage.py", name)) == []


def test_a_collision_inside_a_subcommand_is_found() -> None:
    parser = BaseCommand().create_parser("manage.py", "planted")
    parser.add_subparsers(dest="action").add_parser("add").add_argument("--set", dest="settings")
    assert collisions(parser) == ["manage.py planted: settings"]
