"""WSGI entry point of the web server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from config import gc_tuning, wsgi_stack
from config.startup_checks import refuse_if_unready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = wsgi_stack.in_one_piece(get_wsgi_application())
refuse_if_unready()
gc_tuning.tune_gc()
