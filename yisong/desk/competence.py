"""Which organ of a role is competent for a region? The most local one that the directory has there at that time."""

from collections.abc import Iterator

from yisong.home import Agency
from yisong.ledger import Law
from yisong.ledger.law import valid_at
from yisong.rulebook.model import Organ

WHOLE_COUNTRY = "000000"


def competent(agency: Agency, region: str, law: Law, *, at: int) -> Organ | None:
    """
    Return the organ of *agency* for *region* (GB/T 2260) at the instant *at* (ms): the most local one.

    None where there is none at all. Where several share a region, the first of the directory.
    """
    for area in _areas(region):
        for organ in law.organs.values():
            if organ.role == agency and organ.region_code == area and valid_at(organ.valid_from, organ.valid_to, at):
                return organ
    return None


def _areas(region: str) -> Iterator[str]:
    """Yield *region* and what it lies in, the smallest first."""
    yield from dict.fromkeys((region, f"{region[:4]}00", f"{region[:2]}0000", WHOLE_COUNTRY))
