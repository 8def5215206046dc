"""Where in an event does a fault lie, and what is that field called in Chinese?"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from yisong.ledger import Law
from yisong.rulebook.field_types import field_type

if TYPE_CHECKING:
    from yisong.rulebook.model import BodyField

HEADER_NAMES: Final[Mapping[str, str]] = {
    "event_id": "事件标识",
    "event_type": "事件类型",
    "variant": "情形",
    "case_id": "案件编号",
    "aggregate": "事项",
    "publisher": "发布机关",
    "acting_for": "代行机关",
    "basis": "依据位置",
    "causation_id": "起因事件",
    "correlation_id": "关联往来",
    "occurred_at": "发生时间",
    "decided_at": "决定时间",
    "served_at": "送达时间",
    "due_at": "期限",
    "to": "主送机关",
    "cc": "抄送机关",
    "officers": "办案人员",
    "approver": "批准人",
    "cites": "援引",
    "doc_no": "发文字号",
    "attachments": "附件",
    "severity": "情节",
    "pii_level": "个人信息级别",
    "classification": "密级",
    "sealing": "封装",
    "campaign_id": "专项行动",
    "region_code": "行政区划代码",
    "countersignature": "会签机关",
}
"""The fields of a header that an author states, by the names that officers know."""

_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class Place(NamedTuple):
    """Where something lies in ``{event_id, at, header, body}``: a JSON pointer (RFC 6901), and the field's name."""

    pointer: str
    zh: str | None


def place_of(fault: str, event_type: object, law: Law) -> tuple[Place, str]:
    """
    Return the place that the sentence *fault* of a publisher is about, and what it says of it.

    A sentence begins with its field: ``doc_no``, ``body.targets[0].url``; ``key`` is about the publisher.
    """
    path, colon, said = fault.partition(": ")
    if not colon:
        return Place("", None), fault
    steps = [name or number for name, number in _STEP.findall(path)]
    match steps:
        case ["body", *inside]:
            return Place(_pointer("body", *inside), _body_name(inside, event_type, law)), said
        case ["key"]:
            return Place("/header/publisher", HEADER_NAMES["publisher"]), said
        case ["at"] | ["event_id"]:
            return Place(_pointer(*steps), HEADER_NAMES.get(steps[0])), said
        case ["header"]:
            return Place("/header", None), said
        case [name, *_] if name in HEADER_NAMES:
            return Place(_pointer("header", *steps), HEADER_NAMES[name]), said
    # A name that is none may hold anything, dots and brackets too: it is one step.
    return Place(_pointer("header", path), None), said


def _pointer(*steps: str) -> str:
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)


def _body_name(steps: Sequence[str], event_type: object, law: Law) -> str | None:
    """Return the name of the innermost field that *steps* lead to and that the catalogue knows."""
    event = law.events.get(event_type) if isinstance(event_type, str) else None
    rows: Sequence[BodyField] = () if event is None else event.body
    found: str | None = None
    for step in steps:
        row = next((one for one in rows if one.name == step), None)
        if row is None:
            if step.isdigit():
                continue
            break
        found, meant = row.zh, field_type(row.type)
        is_record = meant is not None and meant.kind == "record"
        rows = law.rulebook.catalogue.records[meant.name] if meant is not None and is_record else ()
    return found
