"""Where can people complain? The channels 投诉举报方式 that each organ publishes, as they stand in the directory."""

from dataclasses import dataclass

from yisong.registers.exports import Export
from yisong.registers.rows import Row
from yisong.rulebook.model import Organ, Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRow(Row):
    """One channel of one organ: ``phone``, ``email``, ``wechat`` …, and its address there."""

    organ: str
    organ_name: str
    region: str
    channel: str
    address: str


def intake(rulebook: Rulebook, as_of: int) -> Export:
    """Return the channels of all organs that there are at *as_of* (ms), in the order of the directory."""
    regions = rulebook.directory.regions
    rows = tuple(
        IntakeRow(
            organ=organ.id,
            organ_name=organ.name,
            region=regions.get(organ.region_code or "", ""),
            channel=one.channel,
            address=one.address,
        )
        for organ in rulebook.directory.organs.values()
        if _is_there(organ, as_of)
        for one in organ.intake
    )
    return Export(row_type=IntakeRow, rows=rows, withheld=())


def _is_there(organ: Organ, at: int) -> bool:
    return organ.valid_from <= at and (organ.valid_to is None or at < organ.valid_to)
