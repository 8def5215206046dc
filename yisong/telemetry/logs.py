"""
How does a service say what happens to it? One JSON object a line on standard error; on a terminal, a line to read.

Each has time, level, service, agency, logger and message, and the ids of what it is about, where they are known. A
fault is named by its type and place: the text of an exception may hold a value of a body, that of our own errors does
not (yisong/errors.py). That holds for the lines of libraries, too: all loggers end here.
"""

import json
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, TextIO

from yisong.errors import YisongError
from yisong.telemetry import tracing
from yisong.telemetry.about import About
from yisong.telemetry.where import way_of, where

_LOG = logging.getLogger(__name__)
_SPEAKING: Final = (YisongError, OSError)
_OURS: Final = ("yisong", "services", "__main__")
_NOISY: Final = ("aiokafka", "asyncio", "faust", "httpx2", "kafka", "mode", "opentelemetry", "urllib3", "uvicorn")
_ONCE_IN_SECONDS, _TOLD_APART = 60.0, 24
_CONCERNED: ContextVar[About | None] = ContextVar("concerned", default=None)


def about(what: About) -> dict[str, object]:
    """Return *what* a line is about, as `extra` of the call that says it."""
    return {"about": what}


@contextmanager
def concerning(what: About) -> Iterator[None]:
    """Let every line that is said inside, by whomever in this thread or task, be about *what*."""
    token = _CONCERNED.set(what)
    try:
        yield
    finally:
        _CONCERNED.reset(token)


def install(service: str, *, agency: str | None = None, level: int = logging.INFO) -> None:
    """
    Let all that this process says from *level* on go to standard error, as *service* of *agency*.

    *agency*: None where the process serves several. Warnings of Python and exceptions that nobody catches go the same
    way. Whoever has given the root logger a handler before is left alone.
    """
    if logging.root.handlers:
        return
    handler = logging.StreamHandler()
    known = {"service": service} if agency is None else {"service": service, "agency": agency}
    handler.setFormatter(_formatter(known, handler.stream))
    handler.addFilter(Seldom())
    logging.root.addHandler(handler)
    logging.root.setLevel(level)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _formatter(known: dict[str, str], stream: TextIO) -> logging.Formatter:
    return PlainLines() if stream.isatty() else JsonLines(known)


class JsonLines(logging.Formatter):
    """Makes one JSON object of a record; no line break is in it."""

    def __init__(self, known: dict[str, str]) -> None:
        """Say *known*, of whom a line is, in each."""
        super().__init__()
        self._known = known

    def format(self, record: logging.LogRecord) -> str:
        """Return *record* as JSON."""
        row: dict[str, object] = {
            "time": _instant(record),
            "level": record.levelname,
            **self._known,
            "logger": record.name,
            "message": _message(record),
            **_about(record),
        }
        fault = record.exc_info[1] if record.exc_info else None
        if fault is not None:
            row |= {"fault": _fault(fault), "way": list(way_of(fault))}
        return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


class PlainLines(logging.Formatter):
    """Makes a line to read of a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return *record* as text; of a fault, each step of its way on a line of its own."""
        ids = "".join(f" {name}={value}" for name, value in _about(record).items())
        line = f"{_instant(record)} {record.levelname} {record.name} {_message(record)}{ids}"
        fault = record.exc_info[1] if record.exc_info else None
        return line if fault is None else "\n  ".join([f"{line} ({_fault(fault)})", *way_of(fault)])


class Seldom(logging.Filter):
    """Lets a message of a library through once a minute: a broker that is away is worth a line, not forty a second."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether to let *record* through; what we say ourselves always is."""
        if record.name.startswith(_OURS):
            return True
        said = (record.name, str(record.msg)[:_TOLD_APART])
        if record.created - self._last.get(said, 0.0) < _ONCE_IN_SECONDS:
            return False
        self._last[said] = record.created
        return True


def as_read(line: str) -> str:
    """Return a *line* of a log as one reads it: when, how bad and what; as it stands where it is none of ours."""
    try:
        row = json.loads(line)
        return f"{row['time']} {row['level']} {row['message']}" + (f" ({row['fault']})" if "fault" in row else "")
    except (ValueError, KeyError, TypeError):
        return line


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _message(record: logging.LogRecord) -> str:
    """Return what *record* says, with no text of an exception but of our own and the operating system's."""
    arguments = record.args
    if isinstance(arguments, tuple):
        arguments = tuple(_spoken(one) for one in arguments)
    elif arguments:
        arguments = {name: _spoken(one) for name, one in arguments.items()}
    said = str(_spoken(record.msg))
    try:
        message = said % arguments if arguments else said
    except (TypeError, ValueError):
        message = said  # a library's own slip; the sentence without its values
    # asyncio, for one, puts the exception into the lines below the first.
    foreign = record.exc_info and not record.name.startswith(_OURS)
    return message.partition("\n")[0] if foreign else message


def _spoken(value: object) -> object:
    """Return *value* as it may be said: an exception in its words only where no words of a body can be among them."""
    return where(value) if isinstance(value, BaseException) and not isinstance(value, _SPEAKING) else value


def _fault(fault: BaseException) -> str:
    return f"{where(fault)}: {fault}" if isinstance(fault, _SPEAKING) else where(fault)


def _about(record: logging.LogRecord) -> dict[str, str | int]:
    what = getattr(record, "about", None) or _CONCERNED.get()
    found = what.known() if isinstance(what, About) else {}
    current = tracing.current()
    if current is not None:
        _, found["trace_id"], found["span_id"], _ = current.split("-")
    return found


def _uncaught(kind: type[BaseException], fault: BaseException, way: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _LOG.critical("A fault that nobody expected ends this process.", exc_info=(kind, fault, way))


def _uncaught_in_thread(what: threading.ExceptHookArgs) -> None:
    if what.exc_value is not None and not issubclass(what.exc_type, SystemExit):
        fault = (what.exc_type, what.exc_value, what.exc_traceback)
        name = "" if what.thread is None else what.thread.name
        _LOG.critical("A fault that nobody expected ends the thread %s of this process.", name, exc_info=fault)
