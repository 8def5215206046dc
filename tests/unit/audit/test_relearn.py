"""Is it the same who may read a body, whether a docket is judged again or what was said of it is taken as it stands?"""

from collections import defaultdict
from pathlib import Path

import pytest

from tests.shifted import all_files
from tests.unit.audit.on_paper import Desk
from yisong.audit.history_file import read_history
from yisong.ledger import Entry
from yisong.ledger.relearn import TELLING, relearn
from yisong.ledger.sharing import may_read
from yisong.proof.refold import refold

ADMITTED = ("admitted", "admitted-late")
Readers = dict[int, tuple[str, frozenset[str], frozenset[str]]]


@pytest.mark.parametrize("file", all_files(), ids=lambda file: file.stem)
def test_the_readers_of_every_admitted_event_are_those_of_the_fold(desk: Desk, file: Path) -> None:
    """Every history and negative: the telling events alone, and with every other type among them."""
    by_docket: dict[str, list[Entry]] = defaultdict(list)
    for entry in desk.play(read_history(file)).entries:
        if entry.docket is not None:
            by_docket[entry.docket].append(entry)
    for case_id, entries in by_docket.items():
        folded = refold([one.leaf for one in entries], desk.law)
        wanted: Readers = {
            one.offset: (one.header.event_type, one.readers, one.sealed_to)
            for one in may_read(((one.entry, one.docket) for one in folded), desk.law)
            if one.admitted
        }
        admitted = [one for one in entries if one.verdict in ADMITTED]
        telling = [one for one in admitted if one.header is not None and one.header.event_type in TELLING]

        found = {some: _readers(desk, case_id, some_of) for some, some_of in (("all", admitted), ("few", telling))}

        assert found["all"] == wanted
        assert found["few"] == {at: said for at, said in wanted.items() if said[0] in TELLING}


def _readers(desk: Desk, case_id: str, entries: list[Entry]) -> Readers:
    seen = may_read(relearn(case_id, entries, desk.law), desk.law)
    return {one.offset: (one.header.event_type, one.readers, one.sealed_to) for one in seen}
