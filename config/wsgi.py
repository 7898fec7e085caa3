"""WSGI entry point of the web server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from config import env, gc_tuning, wsgi_stack
from config.startup_checks import refuse_if_unready
from config.warm_up import warm_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
with env.refused_in_words():
    application = wsgi_stack.in_one_piece(get_wsgi_application())
refuse_if_unready()
warm_up()
gc_tuning.tune_gc()
