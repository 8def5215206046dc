"""
How does a desk read its inbox with Faust, and lose nothing?

Left to itself, Faust acknowledges a record on which the function raised, and goes on with the next. Here a record is
acknowledged once its effect is durable, and whatever prevents that stops the application before a later record of the
same case overtakes it. What was not acknowledged comes again; whoever settles knows a record by its position.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import faust
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # comes without types
from faust.types import EventT, StreamT
from mode import CrashingSupervisor

from yisong.bootstrap import Bootstrap
from yisong.errors import BusUnreachable
from yisong.kafka.client import MECHANISM, tls_context
from yisong.kafka.consumed import GROUP_PREFIX
from yisong.telemetry import tracing

# Left to its defaults an idle desk would hear of a broker that went away only after a minute and a half.
_REQUEST_TIMEOUT, _SESSION_TIMEOUT, _HEARTBEAT = 30.0, 10.0, 3.0
# What arrives while records are being settled is handed over together, so many at most: each time costs two threads.
_AT_ONCE = 100


class InboxValue(NamedTuple):
    """A record of an inbox as it came. *partition*, *offset*: in the inbox itself. *trace*: the context it carries."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    trace: str | None = None


Settle = Callable[[Sequence[InboxValue]], Awaitable[None]]
"""Settle records one after the other; when it returns, whatever follows from any of them is durable."""


def desk_app(
    agency: str, *, bootstrap: Bootstrap, folder: Path, settle: Settle, ready: Callable[[], None]
) -> faust.App:
    """
    Return the application that settles what comes into ``inbox-<agency>``; nothing runs until it is started.

    *folder*: where Faust may keep files; nothing is kept there, for there are no tables. *ready* is called when
    partitions of the inbox have become ours. The consumer group is ``desk-<agency>``.
    """
    app = faust.App(
        f"{GROUP_PREFIX}{agency}",
        broker=f"kafka://{bootstrap}",
        broker_credentials=_credentials(bootstrap),
        datadir=folder,
        processing_guarantee="at_least_once",
        consumer_auto_offset_reset="earliest",
        key_serializer="raw",
        value_serializer="raw",
        agent_supervisor=CrashingSupervisor,
        stream_wait_empty=False,  # what is in flight at a stop comes again
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        broker_request_timeout=_REQUEST_TIMEOUT,
        broker_session_timeout=_SESSION_TIMEOUT,
        broker_heartbeat_interval=_HEARTBEAT,
        broker_commit_interval=1.0,
    )
    inbox = app.topic(f"inbox-{agency}", key_type=bytes, value_type=bytes)

    async def process(stream: StreamT[bytes]) -> None:
        await _settle_all(app, stream, settle)

    async def say_ready(*_: object, **__: object) -> None:
        ready()

    app.agent(inbox, name=f"{GROUP_PREFIX}{agency}", concurrency=1)(process)
    app.on_partitions_assigned.connect(say_ready, weak=False)
    return app


def _credentials(bootstrap: Bootstrap) -> faust.SASLCredentials | None:
    """Return as whom the application goes to a secured broker, over TLS; None where nobody is asked."""
    if isinstance(bootstrap, str):
        return None
    return faust.SASLCredentials(
        username=bootstrap.user,
        password=bootstrap.password,
        ssl_context=tls_context(bootstrap),
        mechanism=MECHANISM,
    )


async def _settle_all(app: faust.App, stream: StreamT[bytes], settle: Settle) -> None:
    """Settle every record of *stream* in order, or stop the application."""
    records = cast("faust.Stream[bytes]", stream).noack()
    arrived: asyncio.Queue[EventT[bytes]] = asyncio.Queue(_AT_ONCE)

    async def settle_what_arrived() -> None:
        while True:
            events = [await arrived.get()]
            events += [arrived.get_nowait() for _ in range(arrived.qsize())]
            try:
                await settle([_as_value(event) for event in events])
            except Exception as fault:  # noqa: BLE001 (whatever it is, order comes first)
                await app.crash(fault)
                return
            for event in events:
                await records.ack(event)

    settling = asyncio.create_task(settle_what_arrived())
    try:
        async for event in records.events():
            await arrived.put(event)
    finally:
        settling.cancel()


async def run(app: faust.App, *, stop: asyncio.Event) -> None:
    """Run *app* until *stop* is set. Raises whatever crashed it; BusUnreachable where that was Kafka."""
    try:
        await _until(app, stop)
    except (KafkaError, OSError) as fault:
        raise BusUnreachable(
            f"Kafka does not answer ({type(fault).__name__}). What was not settled comes again. "
            "See that the broker runs (`yisong status`)."
        ) from fault


async def _until(app: faust.App, stop: asyncio.Event) -> None:
    try:
        await app.start()
        waiting = {asyncio.ensure_future(stop.wait()), asyncio.ensure_future(app.wait_until_stopped())}
        _, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for one in pending:
            one.cancel()
    finally:
        await app.stop()
    if app.crash_reason is not None:
        raise app.crash_reason


def _as_value(event: EventT[bytes]) -> InboxValue:
    message = event.message
    trace = _trace(message.headers) if tracing.is_on() else None
    return InboxValue(message.partition, message.offset, message.key, message.value, trace)


def _trace(headers: Mapping[str, bytes] | Iterable[tuple[str, bytes]] | None) -> str | None:
    """Return the context in the *headers* of a record; the client gives them as one or the other."""
    return tracing.parsed(dict(headers or ()).get(tracing.HEADER))
