"""Which figures does an event of ours carry, and what do the thresholds make of them? Advice, with every hit."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from yisong.desk.delivery import Body, Delivery
from yisong.desk.screening import Figures, Period, Screening, Weighed, screen
from yisong.legal_time.days import day_of

#: Units in which one thing is one copy 张(份); a box or a set holds nobody knows how many.
_COPIES: Final = frozenset({"disc", "copy", "volume", "tape", "case_box"})
#: Where the works looked at were spread online; what lies in a shop is counted by copies.
_ONLINE: Final = frozenset({None, "server_room"})
_NOT_MEASURED: Final = frozenset({"met_half_rules", "element"})


class Screened(NamedTuple):
    """
    What the thresholds say of one event.

    *upper_bounds*: metrics of which the figure is the most that it can be, as works looked at, of which an officer says
    how many infringe. *stated*: the rules that the event itself says are met.
    """

    screening: Screening
    period: Period
    upper_bounds: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()


def screened(delivery: Delivery) -> Screened | None:
    """Weigh what the event says against the thresholds; None where it carries no figures, or cannot be read."""
    read = _FIGURES.get(delivery.header.event_type)
    figures = None if read is None or delivery.body is None else read(delivery.body)
    if figures is None or delivery.body is None:
        return None
    if delivery.header.event_type == "ReferralProposed" and delivery.header.variant == "suspicion":
        figures = Figures(values=figures.values, punished=figures.punished, suspicion=True)
    period = period_of(delivery)
    return Screened(
        screening=screen(delivery.law.rulebook.thresholds, figures, period),
        period=period,
        upper_bounds=("works",) if "works_checked" in delivery.body and "works" in figures.values else (),
        stated=tuple(str(hit["rule_id"]) for hit in _records(delivery.body, "rule_hits") if _is_met(hit)),
    )


def period_of(delivery: Delivery) -> Period:
    """
    Return the days on which the conduct is known to have gone on: from when the case began to when the act was done.

    No event says when it began; where it is older, an officer weighs the older rule sets too.
    """
    done = delivery.header.occurred_at
    begun = delivery.docket.case.born
    return Period(_date(done if begun is None else min(begun, done)), _date(done))


def advice(found: Screened) -> dict[str, object]:
    """Return what an officer should know of it; figures and codes only, all of level P0."""
    said: dict[str, object] = {
        "flag": found.screening.flag,
        "thresholds_version": found.screening.version,
        "conduct": [one.isoformat() for one in found.period],
        "hits": [_row(one) for one in found.screening.hits],
        "half": [_row(one) for one in found.screening.near],
        "unknown": list(found.screening.unknown),
    }
    met = [one.rule.id for one in found.screening.hits]
    further: dict[str, object] = {
        "flag_if_any_two": found.screening.otherwise,
        "upper_bounds": list(found.upper_bounds),
        "not_stated": [one for one in met if one not in found.stated] if found.stated else [],
        "stated_but_not_met": [one for one in found.stated if one not in met],
    }
    return said | {name: value for name, value in further.items() if value}


def _row(one: Weighed) -> dict[str, object]:
    return {
        "rule_id": one.rule.id,
        "metric": one.metric,
        "value": one.value,
        "threshold": one.threshold,
        "percent": one.percent,
        "level": one.level,
        "charge": one.rule.charge or "c217",
        "source": one.rule.source,
    }


def _of_inspection(body: Body) -> Figures | None:
    """Return the copies found and, at most, the works; None where nothing was wrong."""
    if body.get("problems_found") == 0:
        return None
    values: dict[str, int] = {}
    copies = [_whole(item["quantity"]) for item in _records(body, "items") if _is_copies(item)]
    if copies:
        values["copies"] = sum(copies)
    if body.get("premises_kind") in _ONLINE and body.get("works_checked"):
        values["works"] = _whole(body["works_checked"])
    return Figures(values=values)


def _is_copies(item: Mapping[str, object]) -> bool:
    category, unit = item.get("category"), item["unit"]
    return (category in (None, "pirated") and unit in _COPIES) or (category == "pirated" and unit == "piece")


def _of_hits(body: Body) -> Figures:
    """Return the figures that officers weighed, each metric at its highest; how often punished stands among them."""
    values: dict[str, int] = {}
    for hit in _records(body, "rule_hits"):
        metric = str(hit["metric"])
        if metric not in _NOT_MEASURED:
            values[metric] = max(values.get(metric, 0), _whole(hit["value"]))
    punished = values.pop("repeat", None)
    return Figures(values=values, punished=punished)


def _is_met(hit: Mapping[str, object]) -> bool:
    return _whole(hit["value"]) >= _whole(hit["threshold"])


def _of_penalty(body: Body) -> Figures:
    """Return the amounts found; null is unknown, and unknown is not zero."""
    amounts = {"gains_fen": body.get("illegal_gains_fen"), "business_fen": body.get("business_amount_fen")}
    return Figures(values={metric: _whole(value) for metric, value in amounts.items() if value is not None})


_FIGURES: Final[Mapping[str, Callable[[Body], Figures | None]]] = {
    "InspectionRecorded": _of_inspection,
    "ReferralProposed": _of_hits,
    "RegulatoryMeasureTaken": lambda body: _of_hits(body) if body.get("rule_hits") else None,
    "PenaltyDecided": _of_penalty,
}


def _records(body: Body, name: str) -> Iterator[Mapping[str, object]]:
    found = body.get(name)
    if isinstance(found, Iterable):
        yield from (one for one in found if isinstance(one, Mapping))


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("a figure is a whole number by the schema of its event")
    return value


def _date(instant: int) -> date:
    return date.fromordinal(day_of(instant))
