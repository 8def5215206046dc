"""What is said of a metric?"""

from dataclasses import dataclass
from typing import Final, Literal

from yisong.metrics.labels import Label

Kind = Literal["counter", "gauge", "histogram"]
Unit = Literal["seconds", "days", "records", "events", "entries", "partitions", "offset", "bytes", "things"]

#: Upper bounds of histograms: steps of a batch (s), records of a batch, waiting (s), requests (s).
BATCH_SECONDS: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
BATCH_RECORDS: Final = (1, 10, 100, 1_000, 10_000)
WAITING_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
REQUEST_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """
    One metric of the catalogue; its name is the key under which it stands there.

    *unit*: of a counter what it counts. *labels*: beside ``agency``, which all have. *buckets*: of a histogram.
    """

    kind: Kind
    unit: Unit
    meaning: str
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()


def counter(unit: Unit, meaning: str, *labels: Label) -> Metric:
    """Return what only grows, from 0 at the start of the process."""
    return Metric(kind="counter", unit=unit, meaning=meaning, labels=labels)


def gauge(unit: Unit, meaning: str, *labels: Label) -> Metric:
    """Return what is measured anew each time; absent until it is known."""
    return Metric(kind="gauge", unit=unit, meaning=meaning, labels=labels)


def histogram(unit: Unit, meaning: str, buckets: tuple[float, ...], *labels: Label) -> Metric:
    """Return what is sorted into *buckets*, by their upper bounds."""
    return Metric(kind="histogram", unit=unit, meaning=meaning, labels=labels, buckets=buckets)
