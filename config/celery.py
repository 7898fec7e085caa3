"""Celery settings; messages only wake workers. Invariant: soft limit < hard limit < visibility timeout; the lease is independent."""

from __future__ import annotations

import os
import signal
import threading

import django
from celery import Celery, signals
from celery.exceptions import WorkerLostError
from django.apps import apps
from kombu.transport import redis as redis_transport

from config import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if not apps.ready:  # a web process has done so
    with env.refused_in_words():
        django.setup()

from django.conf import settings

from config import gc_tuning, messages
from config.startup_checks import refuse_if_unready
from devices.jobs import leases, shutdown, wake_ups

EXIT_WITHOUT_MEMORY = 70
LEAVE_SECONDS = 20.0  # then running steps are killed; service managers wait 30 s


redis_transport.Transport.Channel = messages.Channel

app = Celery("rollcall")
app.conf.update(
    **settings.BROKER,
    broker_transport_options={
        "visibility_timeout": 180,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "health_check_interval": 15,
        "global_keyprefix": wake_ups.KEY_PREFIX,
    },
    broker_connection_retry_on_startup=True,
    visibility_timeout=180,
    # A message only wakes a worker: the lease in the database recovers a job of a dead worker, a duplicate message finds nothing to do, and
    # a lost one is sent again. With early acknowledgement a step cannot fail at its end because the broker is not available.
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=2000,
    task_soft_time_limit=90,
    task_time_limit=120,
    task_ignore_result=True,
    result_backend=None,
    accept_content=["json"],
    task_serializer="json",
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5},
    task_default_queue="sync",
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    worker_enable_remote_control=False,  # who can write to the broker could end workers with it
    timezone="UTC",
    enable_utc=True,
    beat_schedule=settings.CELERY_BEAT_SCHEDULE,
    beat_scheduler="config.beat:Scheduler",
)
app.autodiscover_tasks(["devices", "installers", "patching"])


@signals.setup_logging.connect
def keep_our_logging(**_kwargs: object) -> None:
    """Keep Celery from installing its own log handlers, which do not redact."""


@signals.beat_init.connect
@signals.worker_init.connect
def check_keys(**_kwargs: object) -> None:
    refuse_if_unready()


@signals.worker_process_init.connect
def settle_garbage(**_kwargs: object) -> None:
    gc_tuning.tune_gc()


@signals.task_failure.connect
def after_failure(task_id: str, exception: BaseException, **_kwargs: object) -> None:
    """In the parent: a process died, and another one continues its job at once. In a process without memory: it ends, because the library
    would pass the error on to the parent, which ends the whole worker.
    """
    if isinstance(exception, WorkerLostError):
        leases.end(task_id)
    elif isinstance(exception, MemoryError):
        os._exit(EXIT_WITHOUT_MEMORY)


@signals.worker_shutting_down.connect
def leave(how: str, **_kwargs: object) -> None:
    """SIGTERM lets running steps end within LEAVE_SECONDS. Another worker repeats a step that was killed."""
    shutdown.request_shutdown()
    if how == "Warm":
        insist = threading.Timer(LEAVE_SECONDS, os.kill, (os.getpid(), signal.SIGQUIT))
        insist.daemon = True
        insist.start()
