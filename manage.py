#!/usr/bin/env python3
"""The door to every command."""

from __future__ import annotations

import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here: run `make run` first, or use .venv/bin/python manage.py.")
    from config.env import NotReady

    try:
        execute_from_command_line(sys.argv)
    except NotReady as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
