"""What a service says is one line of JSON with the ids of what it is about, and no word of a body."""

import json
import logging
import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from yisong.errors import BusUnreachable
from yisong.telemetry.about import About
from yisong.telemetry.logs import JsonLines, PlainLines, Seldom, about, as_read, concerning

EVENT = bytes(range(16))
CASE = "CRB-980100-2016-000021-5"
SECRET = "张三的口供"  # noqa: S105 (what a body says)


class _Kept(logging.Handler):
    """Keeps what is said, as a service would write it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(JsonLines({"service": "trail", "agency": "police"}))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    @property
    def last(self) -> Mapping[str, Any]:
        row: dict[str, Any] = json.loads(self.lines[-1])
        return row


@pytest.fixture
def kept() -> Iterator[_Kept]:
    handler = _Kept()
    for name in ("yisong.said", "asyncio", "kafka"):
        logging.getLogger(name).addHandler(handler)
    yield handler
    for name in ("yisong.said", "asyncio", "kafka"):
        logging.getLogger(name).removeHandler(handler)


OURS = logging.getLogger("yisong.said")


def _raised() -> Exception:
    try:
        int(SECRET)
    except ValueError as fault:
        return fault
    raise AssertionError


def test_a_line_says_when_how_bad_by_whom_and_what(kept: _Kept) -> None:
    what = About(event_id=EVENT, case_id=CASE, partition=4, offset=9)
    OURS.error("Event %s is parked", EVENT.hex(), extra=about(what))

    assert {name: value for name, value in kept.last.items() if name != "time"} == {
        "level": "ERROR",
        "service": "trail",
        "agency": "police",
        "logger": "yisong.said",
        "message": f"Event {EVENT.hex()} is parked",
        "event_id": "00010203-0405-0607-0809-0a0b0c0d0e0f",
        "case_id": CASE,
        "partition": 4,
        "offset": 9,
    }
    assert kept.last["time"].endswith("+00:00")


def test_what_is_said_while_an_event_is_handled_is_about_it(kept: _Kept) -> None:
    with concerning(About(case_id=CASE)):
        OURS.error("PostgreSQL is away")
    said = kept.last
    OURS.error("PostgreSQL is away")

    assert (said["case_id"], "case_id" in kept.last) == (CASE, False)


def test_a_sentence_of_several_lines_stays_one_line(kept: _Kept) -> None:
    OURS.error("line.yaml is at fault:\n  - kafka: missing")

    assert "\n" not in kept.lines[-1]
    assert kept.last["message"].endswith("\n  - kafka: missing")


def test_an_exception_is_named_by_its_type_and_place_and_never_in_its_words(kept: _Kept) -> None:
    try:
        int(SECRET)
    except ValueError:
        OURS.exception("The figures could not be looked up")

    assert kept.last["fault"].startswith(f"ValueError at {__file__}:")
    assert kept.last["way"][-1].endswith("test_an_exception_is_named_by_its_type_and_place_and_never_in_its_words")
    assert SECRET not in kept.lines[-1]


@pytest.mark.parametrize("said", ["%s", "%r"])
def test_a_library_that_quotes_an_exception_does_not_quote_its_words(kept: _Kept, said: str) -> None:
    logging.getLogger("kafka").error("fetch failed: " + said, _raised())  # noqa: G003 (a library may)

    assert "ValueError at " in kept.last["message"]
    assert SECRET not in kept.lines[-1]


def test_a_task_that_nobody_asked_about_is_named_without_what_it_held(kept: _Kept) -> None:
    """Asyncio puts the exception in words into the lines below the first."""
    fault = _raised()
    said = f"Task exception was never retrieved\nfuture: {fault!r}"
    logging.getLogger("asyncio").error(said, exc_info=fault)

    assert kept.last["message"] == "Task exception was never retrieved"
    assert SECRET not in kept.lines[-1]


def test_faults_of_ours_and_of_the_system_are_said_in_their_words(kept: _Kept) -> None:
    """Ours never hold a value of a body, and whoever is woken needs them."""
    OURS.error("%s", BusUnreachable("Kafka does not answer."))
    ours = kept.last["message"]
    OURS.error("%s", FileNotFoundError(2, "No such file", "bus.yaml"))

    assert (ours, "bus.yaml" in kept.last["message"]) == ("Kafka does not answer.", True)


def test_a_key_of_a_record_that_is_no_case_id_is_left_out(kept: _Kept) -> None:
    """Whoever may append chooses the keys of records."""
    OURS.error("0:7 of the inbox cannot be read", extra=about(About(case_id=SECRET, partition=0, offset=7)))

    assert SECRET not in kept.lines[-1]
    assert kept.last["offset"] == 7


def test_a_person_at_a_terminal_reads_a_line() -> None:
    record = logging.LogRecord("yisong.said", logging.WARNING, "", 0, "Kafka is %s", ("away",), None)
    record.about = About(case_id=CASE)

    assert PlainLines().format(record).endswith(f"+00:00 WARNING yisong.said Kafka is away case_id={CASE}")


def test_the_end_of_a_log_is_shown_as_one_reads_it(kept: _Kept) -> None:
    OURS.error("Kafka is away")

    assert as_read(kept.lines[-1]).endswith("+00:00 ERROR Kafka is away")
    assert as_read("[2016-07-18] INFO kafka started") == "[2016-07-18] INFO kafka started"
    assert as_read("7") == "7"


def test_a_library_says_the_same_once_a_minute_and_we_as_often_as_we_like() -> None:
    seldom = Seldom()

    def passed(name: str, at: float) -> bool:
        record = logging.LogRecord(name, logging.WARNING, "", 0, "broker is away (%d)", (1,), None)
        record.created = at
        return bool(seldom.filter(record))

    assert [passed("kafka.conn", at) for at in (100.0, 101.0, 161.0)] == [True, False, True]
    assert [passed("yisong.desk", at) for at in (100.0, 101.0)] == [True, True]


_PROGRAM = f"""
import logging, threading, warnings
from yisong.telemetry import logs
logs.install("trail", agency="police")
warnings.warn("an old call")
def fails():
    raise ValueError("{SECRET}")
thread = threading.Thread(target=fails, name="relay")
thread.start(); thread.join()
fails()
"""


def test_what_nobody_catches_ends_in_the_log_too() -> None:
    """In the process, in a thread of it, and warnings: one JSON object a line, and nothing of the values."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, timeout=120, check=False)
    warned, thread, process = map(json.loads, done.stderr.splitlines())

    assert (warned["logger"], warned["level"]) == ("py.warnings", "WARNING")
    assert "the thread relay" in thread["message"]
    assert process["fault"] == thread["fault"] == "ValueError at <string>:7"
    assert (process["service"], process["agency"], done.returncode) == ("trail", "police", 1)
    assert SECRET not in done.stderr


def test_on_a_terminal_lines_are_plain() -> None:
    ours, theirs = pty.openpty()
    code = "import logging; from yisong.telemetry import logs; logs.install('x'); logging.getLogger('yisong').info('x')"
    subprocess.run([sys.executable, "-c", code], stderr=theirs, timeout=120, check=True)
    os.close(theirs)

    assert os.read(ours, 1000).decode().rstrip().endswith("INFO yisong x")
    os.close(ours)
