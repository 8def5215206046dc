"""A body that is gone: erased by its publisher, or taken away by somebody?"""

from typing import Any
from uuid import UUID

import pytest

from tests.unit.ledger.story import Story, history
from yisong.envelope.leaf import decode_leaf
from yisong.ledger import Entry
from yisong.postgres.kept import Kept, Unlike, fault_in

LATER = "2016-09-01T09:00:00+08:00"


def _erased(story: Story, *, by: str = "V9801", line: int = 2) -> Entry:
    header = {
        "event_type": "BodyErased", "case_id": story.case_id, "publisher": by, "occurred_at": LATER, "pii_level": "P1",
        "region_code": "980100", "approver": "U-1", "cites": [{"kind": "event", "line": line}],
    }  # fmt: skip
    return story.line({"at": LATER, "header": header, "body": {"reason": "到期", "keys_removed": 3}})


def _kept(story: Story, entry: Entry, **instead: Any) -> Kept:
    """Return the row of *entry*, with nothing kept of what travelled."""
    header = entry.header
    assert header is not None
    before = next((one.leaf_hash for one in story.entries if one.docket_index == entry.docket_index - 1), None)
    kind, aggregate_id = header.aggregate or (None, None)
    row = {
        **entry._asdict(), "event_id": UUID(bytes=header.event_id), "event_type": header.event_type,
        "variant": header.variant, "publisher": header.publisher, "organ": header.speaker, "aggregate_kind": kind,
        "aggregate_id": aggregate_id, "carried": None, "before": before, **instead,
    }  # fmt: skip
    return Kept(**{name: row[name] for name in Kept._fields if name in row})


@pytest.fixture
def story() -> Story:
    found = Story(history("H3")[0]["header"]["case_id"])
    for line in history("H3")[:3]:
        found.line(line)
    return found


def test_a_body_that_its_publisher_erased_is_no_fault(story: Story) -> None:
    by = _erased(story)
    assert by.verdict == "admitted"
    kept = _kept(story, story.entries[1], erased_by=by.leaf)

    assert kept.is_erased
    assert fault_in(kept) is None


def test_a_body_that_is_gone_without_that_is_one(story: Story) -> None:
    kept = _kept(story, story.entries[1])

    fault = fault_in(kept)
    assert isinstance(fault, Unlike)
    assert fault.what == "record"


def test_an_erasure_hides_no_other_change(story: Story) -> None:
    """Whoever erases the body and alters the row is found by the leaf."""
    kept = _kept(story, story.entries[1], erased_by=_erased(story).leaf, variant="other")

    fault = fault_in(kept)
    assert fault is not None
    assert fault.what == "variant"


@pytest.mark.parametrize("which", ["of another event", "by somebody else", "of another type", "no leaf at all"])
def test_an_event_that_did_not_erase_it_is_no_excuse(story: Story, which: str) -> None:
    """An intruder who deletes a body may point at any event; only an admitted one that erases this very body counts."""
    match which:
        case "of another event":
            leaf = _erased(story, line=3).leaf
        case "by somebody else":
            leaf = _erased(story, by="P9801").leaf
        case "of another type":
            leaf = story.entries[2].leaf
        case _:
            leaf = b"noise"
    if which == "by somebody else":
        assert decode_leaf(leaf).reason == "not-original-publisher"

    assert not _kept(story, story.entries[1], erased_by=leaf).is_erased
