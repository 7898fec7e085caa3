"""Messages that a worker accepts from the broker: tasks of this version with arguments that they can have.

Every other one is set aside before Celery handles it (devices/jobs/dead_letters.py). Celery ends the worker at some of those that it cannot
read, gets them again after the visibility time-out, and ends the worker again.
"""

from __future__ import annotations

import inspect
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from queue import Empty
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from celery import current_app
from kombu.transport import redis as redis_transport
from kombu.transport import virtual

from devices.jobs import dead_letters
from devices.jobs.types import JOB_TYPES

LONGEST_BODY = 64 * 1024  # characters; our own have less than 200
BIGGEST_ID = 2**63 - 1
# At these the worker connects again.
BROKER_ERRORS = (*redis_transport.Transport.connection_errors, *redis_transport.Transport.channel_errors)

Name = Annotated[str, msgspec.Meta(max_length=255)]
_BODY = msgspec.json.Decoder(tuple[list[Any], dict[str, Any], dict[str, None]])


class Headers(msgspec.Struct):
    """Without what Rollcall never sends: a time to start at, another name for the log, compression."""

    task: Name
    id: Name
    root_id: Name | None = None
    parent_id: Name | None = None
    expires: datetime | None = None
    retries: int = 0
    timelimit: tuple[float | None, float | None] | None = None
    eta: None = None
    shadow: None = None
    compression: None = None


class DeliveryInfo(msgspec.Struct):
    exchange: Name
    routing_key: Name


class Properties(msgspec.Struct):
    delivery_tag: Name
    delivery_info: DeliveryInfo
    body_encoding: Literal["base64"]
    priority: int = 0


class Envelope(msgspec.Struct, rename={"content_type": "content-type", "content_encoding": "content-encoding"}):
    body: str
    headers: Headers
    properties: Properties
    content_type: str
    content_encoding: Literal["utf-8"]


def refusal(message: object) -> str:
    """Why a worker does not accept this message, or "". Quotes nothing of it."""
    try:
        envelope = msgspec.convert(message, Envelope)
    except (msgspec.ValidationError, UnicodeError):  # a name with half a character
        return "it does not have the form of a message of Rollcall"
    if envelope.content_type != "application/json":
        return "its content is not JSON"
    if len(envelope.body) > LONGEST_BODY:
        return "it is too long"
    task = current_app.tasks.get(envelope.headers.task)
    if task is None or task.name.startswith("celery."):  # Celery's own call any task with any arguments
        return "this version has no such task"
    try:
        args, kwargs, _ = _BODY.decode(b64decode(envelope.body, validate=True))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return "its arguments cannot be read"
    return _refused_arguments(task.run, args, kwargs)


def _refused_arguments(run: Callable[..., object], args: list[Any], kwargs: dict[str, Any]) -> str:
    signature, types = _declared(run)
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError:
        return "its arguments are not those of this version"
    if any(types.get(name) is int and not _is_id(value) for name, value in given.items()):
        return "an id is not a positive integer"
    if any(types.get(name) is str and not _is_job_type(value) for name, value in given.items()):
        return "this version has no such job type"
    return ""


@cache
def _declared(run: Callable[..., object]) -> tuple[inspect.Signature, dict[str, Any]]:
    """Parameters of a task and their types. Tasks take ids (int) and names of job types (str)."""
    return inspect.signature(run), get_type_hints(run)


def _is_id(value: object) -> bool:
    return type(value) is int and 0 < value <= BIGGEST_ID


def _is_job_type(value: object) -> bool:
    return isinstance(value, str) and value in JOB_TYPES


class Channel(redis_transport.Channel):
    """Celery's channel to the broker, behind `refusal`. One message never ends the worker."""

    # After a lost connection kombu would return unread messages through it, which ends the worker instead of reconnecting it.
    do_restore = False

    def basic_consume(self, queue: str, *args: Any, **kwargs: Any) -> Any:
        tag = super().basic_consume(queue, *args, **kwargs)  # type: ignore[no-untyped-call]
        callbacks = self.connection._callbacks
        callbacks[queue] = partial(self._receive_checked, queue, callbacks[queue])
        return tag

    def _receive_checked(self, queue: str, receive: Callable[[Any], object], message: Any) -> None:
        events = queue in self._fanout_queues  # Celery's own for all workers, not tasks
        reason = "" if events else refusal(message)
        if not reason:
            try:
                receive(message)
            except BROKER_ERRORS:
                raise
            except Exception as error:
                reason = f"a worker cannot handle it ({type(error).__name__})"
                if not events:
                    self.basic_ack(message["properties"]["delivery_tag"])
        if reason:
            dead_letters.set_aside(message, queue=queue, reason=reason)

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        """Also where the broker does not receive it, the message takes no place any more: a worker whose places are all taken reads no
        message, and so would never notice that its connection is lost.
        """
        try:
            super().basic_ack(delivery_tag, multiple)  # type: ignore[no-untyped-call]
        except BROKER_ERRORS:
            virtual.QoS.ack(self.qos, delivery_tag)  # type: ignore[no-untyped-call]
            raise

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[no-untyped-call]
        except (Empty, *BROKER_ERRORS):
            raise
        except (ValueError, RecursionError) as error:
            dead_letters.set_aside(getattr(error, "doc", ""), queue="unknown", reason="it is not JSON")
            return True

    def _do_restore_message(self, payload: Any, exchange: str, routing_key: str, pipe: Any, leftmost: bool = False) -> None:
        """A message that a worker did not acknowledge goes back to its queue, once."""
        reason = refusal(payload) or ("two workers ended before they acknowledged it" if payload["headers"].get("redelivered") else "")
        if reason:
            dead_letters.set_aside(payload, queue=routing_key, reason=reason)
        else:
            super()._do_restore_message(payload, exchange, routing_key, pipe, leftmost)  # type: ignore[no-untyped-call]
