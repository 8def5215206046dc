"""Which copyright office is a clue for, and which content measure is asked of us? Values in, values out."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

from yisong.desk.competence import competent
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Duty
from yisong.envelope.header import AggregateRef
from yisong.rulebook.model import Organ

Ground = Literal["filing", "region"]

_CODES: Final = (
    "11京 12津 13冀 14晋 15蒙 21辽 22吉 23黑 31沪 32苏 33浙 34皖 35闽 36赣 37鲁 41豫 42鄂 43湘 44粤 45桂 46琼 50渝 "
    "51川蜀 52贵黔 53云滇 54藏 61陕 62甘陇 63青 64宁 65新"
)
#: By the short name of a province in a filing number 备案号: the first two digits of its region (GB/T 2260).
_PROVINCES: Final = {name: row[:2] for row in _CODES.split() for name in row[2:]}
_CONTENT: Final = ("RegulatoryMeasureTaken", "TakedownRecorded")
#: Measures of another organ that, addressed to us, ask for one of ours: what they found is content on a platform.
_ASKING: Final = frozenset({"warning", "notice", "ad_cutoff", "exposure"})


class Route(NamedTuple):
    """The copyright office *to* which a clue belongs, and on which *ground*: where its site is filed, or its region."""

    to: Organ
    ground: Ground


def route(delivery: Delivery) -> Route | None:
    """
    Return the office that is competent for a clue: of the province where its site is filed, else of its own region.

    Place of filing and place of the act both give jurisdiction (measures of 2009 art 5). Where all its sites are filed
    in the docket's own province, the more local office of the docket's region has it. None where there is no office.
    """
    region, filed = delivery.header.case_id[4:10], filed_in(_targets(delivery))
    if filed is not None and filed != region[:2]:
        office = competent("copyright", f"{filed}0000", delivery.law, at=delivery.log_time)
        if office is not None and office.region_code == f"{filed}0000":
            return Route(office, "filing")
    office = competent("copyright", region, delivery.law, at=delivery.log_time)
    return None if office is None else Route(office, "region")


def filed_in(targets: Iterable[Mapping[str, object]]) -> str | None:
    """Return the province (two digits) in which all filed sites of *targets* are filed; None where it is not one."""
    numbers = [str(target["filing_no"]) for target in targets if target.get("filing_no")]
    provinces = {_PROVINCES.get(number[0]) for number in numbers}
    return next(iter(provinces)) if len(provinces) == 1 else None


def _targets(delivery: Delivery) -> list[Mapping[str, object]]:
    found = None if delivery.body is None else delivery.body.get("targets")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def route_advice(found: Route | None) -> dict[str, object]:
    """Return what an officer should know of where a clue belongs."""
    return {} if found is None else {"competent": found.to.id, "ground": found.ground}


def content_duties(delivery: Delivery) -> tuple[Duty, ...]:
    """
    Owe a content measure 网络内容管理 where one is asked of us (JW2016, A52).

    That is: a platform left standing what it was told to take down, a measure of another line is addressed to us, or a
    clue is handed to us.
    """
    match delivery.header.event_type, delivery.header.variant:
        case "TakedownRecorded", "no_action":
            return _content(delivery, _asked(delivery), "通知后未处置: the platform has not acted on the notice")
        case "RegulatoryMeasureTaken", variant if variant in _ASKING and not delivery.own:
            return _content(delivery, [one.id for one in delivery.ours], "内容处置: another line asks for a measure")
        case "ClueHandedOver", _:
            return _content(
                delivery, [one.id for one in delivery.ours], "线索移交: see whether content must go at once"
            )
        case _:
            return ()


def _asked(delivery: Delivery) -> list[str]:
    """Return who of us is to act: who is addressed, else who said it, else the office of the docket's region."""
    if delivery.ours:
        return [organ.id for organ in delivery.ours]
    if delivery.own:
        return [delivery.header.speaker]
    near = competent(delivery.agency, delivery.header.case_id[4:10], delivery.law, at=delivery.log_time)
    return [] if near is None else [near.id]


def _content(delivery: Delivery, organs: Iterable[str], why: str) -> tuple[Duty, ...]:
    return tuple(
        Duty(
            name=f"content-measure {organ}",
            by=organ,
            owed=_CONTENT,
            about=AggregateRef("case", delivery.header.case_id),
            article="JW2016 (加强网络内容管理; no number)",
            why=why,
        )
        for organ in organs
    )
