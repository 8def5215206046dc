"""Which registers are there, from which events does each follow, and how is one derived?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from yisong.audit.acts import Act
from yisong.registers import list_rows
from yisong.registers.compliance import MEASURES, PlatformRow, compliance
from yisong.registers.parties import SAME, PartyRow, parties
from yisong.registers.rewards_and_plans import PLANS, PlanRow, RewardRow, plans, rewards
from yisong.registers.rows import Acts, Register, Row, listed_unread
from yisong.registers.seizures import SeizureRow, seizures

_LIST: Final = "ListEntryChanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A register: its Chinese name, the types it follows from, its rows, and what makes them as of an instant (ms)."""

    zh: str
    event_types: tuple[str, ...]
    row_type: type[Row]
    derive: Callable[[Acts, int], tuple[Row, ...]]


def _list(zh: str, name: str) -> Kind:
    derive = partial(list_rows.list_rows, name=name)
    return Kind(zh=zh, event_types=(_LIST,), row_type=list_rows.ListRow, derive=derive)


KINDS: Final[Mapping[str, Kind]] = {
    "black-list": _list("黑名单", "black"),
    "white-list": _list("白名单", "white"),
    "protected-works": Kind(
        zh="重点作品白名单",
        event_types=(_LIST, "ClueFound"),
        row_type=list_rows.WorkRow,
        derive=list_rows.protected_works,
    ),
    "model-enterprises": _list("版权保护典型企业", "model_enterprise"),
    "major-cases": _list("大案要案", "major_cases"),
    "seizures": Kind(
        zh="收缴登记",
        event_types=("InspectionRecorded", _LIST),
        row_type=SeizureRow,
        derive=lambda acts, _: seizures(acts),
    ),
    "sites": Kind(
        zh="网站版权信息库、重点监管网站",
        event_types=(_LIST, "InspectionRecorded", "ClueFound"),
        row_type=list_rows.SiteRow,
        derive=list_rows.sites,
    ),
    "platform-contacts": Kind(
        zh="平台投诉渠道", event_types=(_LIST,), row_type=list_rows.ContactRow, derive=list_rows.contacts
    ),
    "platform-compliance": Kind(
        zh="平台履责",
        event_types=(
            *("TakedownRecorded", "RectificationOrdered", "RectificationVerified", "RegulatoryMeasureTaken"),
            *("ClueFound", _LIST),
        ),
        row_type=PlatformRow,
        derive=compliance,
    ),
    "parties": Kind(
        zh="当事人",
        event_types=("CaseOpened", "CasesLinked"),
        row_type=PartyRow,
        derive=lambda acts, _: parties(acts),
    ),
    "rewards": Kind(
        zh="奖励", event_types=("RewardGranted",), row_type=RewardRow, derive=lambda acts, _: rewards(acts)
    ),
    "plans": Kind(
        zh="方案", event_types=("PeriodicReportFiled",), row_type=PlanRow, derive=lambda acts, _: plans(acts)
    ),
}
"""Every register by its name on the command line."""


def register(name: str, acts: Acts, *, agency: str, as_of: int) -> Register:
    """
    Return the register *name* as it follows from *acts*, which the node of *agency* has read, as of *as_of* (ms).

    *acts*: at least those of its event types, in log order. Raises KeyError where there is no such register.
    """
    kind = KINDS[name]
    concerned = tuple(act for act in acts if act.event_type in kind.event_types and _belongs(act))
    rows = kind.derive(concerned, as_of)
    return Register(
        name=name,
        zh=kind.zh,
        agency=agency,
        as_of=as_of,
        row_type=kind.row_type,
        rows=rows,
        unread=listed_unread(concerned),
        notes=_notes(rows),
    )


def _belongs(act: Act) -> bool:
    """Hold where an event of the right type can belong to a register, as far as its header tells."""
    match act.event_type:
        case "PeriodicReportFiled":
            return act.header.variant in PLANS
        case "CasesLinked":
            return act.header.variant == SAME
        case "RegulatoryMeasureTaken":
            return act.header.variant in MEASURES
        case _:
            return True


def _notes(rows: tuple[Row, ...]) -> tuple[str, ...]:
    sites = [row for row in rows if isinstance(row, list_rows.SiteRow)]
    return (list_rows.coverage(sites),) if sites else ()
