"""Do the statistics keep up beside requests: nobody waits long, no record is missed, no fault kept quiet?"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from threading import enumerate as enumerate_threads
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.gateway.api import counting
from services.gateway.api.counting import Counting
from tests.waiting import PATIENCE, until
from yisong.errors import BusUnreachable


class Trail:
    """A trail of *records*, of which *counted* are counted; counting waits until it *goes_on*."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, records: int) -> None:
        self.counted, self.records, self.rounds = 0, records, 0
        self.goes_on, self.fault = Event(), cast("Exception | None", None)
        self.goes_on.set()
        monkeypatch.setattr(counting, "progress", lambda _: (self.counted, self.records))
        monkeypatch.setattr(counting, "count", self.count)
        monkeypatch.setattr(counting, "_count_alone", self.count)

    def count(self, *_: object) -> None:
        self.rounds += 1
        self.goes_on.wait(PATIENCE)
        if self.fault is not None:
            raise self.fault
        self.counted = self.records

    def counting(self, *, long: int = counting.LONG) -> Counting:
        @contextmanager
        def connection() -> Iterator[None]:
            yield

        world = SimpleNamespace(connection=connection, agency="police", dsn="", law=None, keys=None, home=None)
        return Counting(cast("Any", world), long=long)


@pytest.fixture(autouse=True)
def _counted_to_the_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no thread of one test count the trail of the next: *monkeypatch* is undone after this."""
    del monkeypatch
    yield
    until(lambda: all(one.name != "statistics" for one in enumerate_threads()))


def test_what_lay_there_before_the_question_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    trail = Trail(monkeypatch, records=7)

    assert trail.counting().come(patience=PATIENCE) == (7, 7, True)


def test_nobody_waits_for_long_and_it_goes_on_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    trail = Trail(monkeypatch, records=1_000_000)
    trail.goes_on.clear()
    counting_ = trail.counting()

    assert counting_.come(patience=0) == (0, 1_000_000, False)
    trail.goes_on.set()
    until(lambda: counting_.come(patience=0).ready)
    assert trail.counted == 1_000_000


def test_a_few_records_behind_there_are_figures_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    trail = Trail(monkeypatch, records=10)
    trail.goes_on.clear()

    assert trail.counting().come(patience=0).ready
    trail.goes_on.set()


def test_a_record_that_came_while_it_was_counted_is_counted_in_the_next_round(monkeypatch: pytest.MonkeyPatch) -> None:
    trail = Trail(monkeypatch, records=5)
    trail.goes_on.clear()
    counting_ = trail.counting()
    counting_.come(patience=0)
    until(lambda: trail.rounds == 1)
    trail.goes_on.set()

    assert counting_.come(patience=PATIENCE).ready
    assert trail.rounds == 2


def test_what_goes_wrong_is_told_to_whoever_waits_and_tried_again_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    trail = Trail(monkeypatch, records=5)
    trail.fault = BusUnreachable("PostgreSQL went away.")
    counting_ = trail.counting()

    with pytest.raises(BusUnreachable, match="went away"):
        counting_.come(patience=PATIENCE)
    trail.fault = None
    assert counting_.come(patience=PATIENCE) == (5, 5, True)
