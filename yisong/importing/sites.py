"""Which sites and works is a clue about?"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from yisong.importing.cells import clean, several
from yisong.importing.columns import HEADINGS
from yisong.importing.row import Reading, Row
from yisong.validators.domain import domain, to_ascii

_TITLE: Final = re.compile(r"《([^《》]+)》")


def targets(row: Row) -> list[Mapping[str, object]]:
    """Return the sites of *row*: an address where there is a path or a scheme, else a domain as A-label."""
    written = several(row["targets"])
    return [found for one in written if (found := _target(row, one)) is not None]


def _target(row: Row, written: str) -> Mapping[str, object] | None:
    said = clean(written)
    if "://" in said:
        return {"kind": "url", "value": said}
    try:
        name = to_ascii(said)
    except ValueError:
        name = ""
    if not name or any(one.weight == "refuse" for one in domain(name, synthetic=False)):
        row.fault("targets", "is neither a domain (site.example) nor an address (http://site.example/page)")
        return None
    if name != written:
        row.readings.append(Reading(row.line, HEADINGS["targets"], written, name))
    return {"kind": "domain", "value": name}


def works(row: Row, kinds: Sequence[str] | None) -> list[Mapping[str, object]]:
    """Return the works of *row*, which are all of its one kind; titles stand as they are written."""
    titles = [one.strip() for one in _TITLE.findall(row["works"])] or list(several(row["works"]))
    if titles and kinds is not None and len(kinds) > 1:
        row.fault(
            "works", "the row has several 作品类型, and can't say which work is of which: leave one of the two out"
        )
        return []
    return [{"title": title, "work_type": kinds[0]} for title in titles] if kinds else []
