"""What do tests of campaigns need? A campaign that was announced, and a report that was filed."""

from datetime import date
from typing import Any, Final

from tests.unit.ledger.story import law
from yisong.campaigns.phases import Campaign, Phase, campaigns
from yisong.campaigns.standing import Filed
from yisong.publishing.instants import to_ms

DOCKET: Final = "CRB-980000-2016-000000-U"


def phase(starts_on: str, ends_on: str | None, **instead: Any) -> Phase:
    """Return a phase of 剑网2016, the whole of it unless said otherwise, that V00 announced on 20 June 2016."""
    said: dict[str, Any] = {
        "campaign": "JW2016", "kind": "whole", "name": "剑网2016", "series_no": 12, "precision": "day", "focus": (),
        "organ": "V00", "doc_no": None, "log_time": to_ms("2016-06-20T09:02:00+08:00"), "position": (1, 0), **instead,
    }  # fmt: skip
    ends = None if ends_on is None else date.fromisoformat(ends_on)
    return Phase(starts_on=date.fromisoformat(starts_on), ends_on=ends, **said)


def announced(starts_on: str, ends_on: str | None) -> dict[str, Campaign]:
    """Return 剑网2016 as it runs between two days, by its id."""
    return campaigns([phase(starts_on, ends_on)], law())


JW2016: Final = announced("2016-07-01", "2016-11-30")


def filed(at: str = "2016-08-04T10:00:00+08:00", **instead: Any) -> Filed:
    """Return the report on July 2016 that V98 filed in its register docket at log time *at*."""
    said: dict[str, Any] = {
        "organ": "V98", "act": "PeriodicReportFiled:monthly", "period": "2016-07", "docket": DOCKET, "offset": 7,
        "log_time": to_ms(at), **instead,
    }  # fmt: skip
    return Filed(**said)
