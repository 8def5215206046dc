"""Of what are the statistics made? Rows with a validity, so that any earlier state of the log can be added up again."""

from typing import NamedTuple

from yisong.envelope.header import Cite
from yisong.statistics.rules import Body, Why


class Stated(NamedTuple):
    """
    An admitted event as the statistics see it; *docket_index*: its number in its docket, from 1; instants in ms.

    *organ*: its publisher, whose region in the directory it counts for; *speaker*: in whose name it acts. *cites*: only
    where they are looked at. *body*: None where it is not needed, or can't be read because of *why*.
    """

    partition: int
    offset: int
    docket_index: int
    event_id: bytes
    event_type: str
    variant: str | None
    organ: str
    speaker: str
    aggregate_id: str | None
    of_case: bool
    occurred_at: int
    campaign: str | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    cites: tuple[Cite, ...]
    body: Body | None = None
    why: Why | None = None


class RanOut(NamedTuple):
    """
    A period of a clock that was missed: its *timer*, aggregate and the offset of the record that *started* it.

    *at*: from which instant (ms) it was late. *known*: the first record of the docket logged from then on, which is
    where the log begins to say so.
    """

    timer: str
    aggregate_id: str
    started: int
    at: int
    known: int


class Counted(NamedTuple):
    """
    What the event at *offset* adds to a column, as the log says it from the record *since* to before *until*.

    *organ*: for whose region it counts; *access*: of sites, who gives access. *at*: when it happened (ms). *platform*:
    where the event itself names one. Otherwise as `Amount`.
    """

    offset: int
    since: int
    until: int | None
    stat: str
    detail: str | None
    about: str | None
    value: int | None
    why: str | None
    organ: str
    access: str | None
    at: int
    campaign: str | None
    platform: str | None


class Kinds(NamedTuple):
    """
    Of what kind a docket is, from the record *since* to before *until*.

    Lists hold ``unknown`` alone where no clue was found or no case opened; None: not readable here.
    """

    since: int
    until: int | None
    source: str | None
    clue_works: list[str] | None
    clue_platform: str | None
    case_works: list[str] | None
    case_platform: str | None


class Reported(NamedTuple):
    """
    One figure of a report that *organ* filed; a report without figures, or that can't be read here, has one without.

    *period* None: not readable here. *stat* None: no figure.
    """

    offset: int
    since: int
    until: int | None
    organ: str
    variant: str
    campaign: str | None
    at: int
    period: str | None
    template: str | None
    report_version: int | None
    stat: str | None
    unit: str | None
    kind: str | None
    key: str | None
    value: int | None


class Derived(NamedTuple):
    """All that one docket gives."""

    counted: tuple[Counted, ...]
    kinds: tuple[Kinds, ...]
    reported: tuple[Reported, ...]
