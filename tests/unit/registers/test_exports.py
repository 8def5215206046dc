"""What leaves the agencies, and what never does?"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

import orjson
import pytest

from tests.unit.registers.saying import listed, rulebook, said
from yisong.audit.acts import Act
from yisong.registers import public
from yisong.registers.credit import credit
from yisong.registers.docket import docket
from yisong.registers.exports import EVENT_TYPES, Export
from yisong.registers.penalties import Organisation, Sanction
from yisong.registers.public import ALLOWED, public_part
from yisong.registers.rendering import row_json
from yisong.rulebook.field_types import field_type
from yisong.rulebook.model import BodyField, Catalogue, Rulebook

CODE, OTHER = "91980100FAKE00064H", "91970200FAKE00056P"
COMPANY = {
    "party_id": "p1",
    "role": "store",
    "kind": "organisation",
    "name": "甲公司",
    "uscc": CODE,
    "uscc_check": "ok",
}
UNKNOWN = "it is not known whether the party is an organisation"
CLOSED = "not readable here (sealed)"
SEALED: dict[str, Any] = {"case": "C1", "masked": "sealed"}
FINE = {"kind": "fine", "amount_fen": 6_000_000}


def opened(*parties: dict[str, Any], **more: Any) -> Act:
    return said("CaseOpened", {"parties": list(parties)}, case="C1", **more)


def penalty(*penalties: dict[str, Any], open_: bool = True, **more: Any) -> Act:
    body = {"penalties": list(penalties) or [FINE], "hearing_held": False, "public": open_, "illegal_gains_fen": 7}
    return said("PenaltyDecided", body, variant="monetary", case="C1", doc_no="甲一文罚字〔2016〕26号", **more)


def whys(found: Export) -> list[str]:
    return [one.why for one in found.withheld]


class TestCredit:
    def test_a_public_penalty_goes_out_under_the_code_of_its_party(self) -> None:
        found = credit(
            [opened(COMPANY), decision := penalty(FINE, {"kind": "confiscate_gains", "amount_fen": 5})], rulebook()
        )

        (row,) = found.rows
        assert row_json(row) == {
            "uscc": CODE, "organisation": "甲公司", "check": "ok", "kind": "penalty", "list": None, "organ": "V98",
            "organ_name": "甲省版权局", "doc_no": "甲一文罚字〔2016〕26号", "on": "2016-08-01",
            "sanctions": [{"kind": "fine", "amount_fen": 6_000_000}, {"kind": "confiscate_gains", "amount_fen": 5}],
            "doubts": [],
            "sources": [{"event": decision.id, "case_id": "C1", "event_type": "PenaltyDecided"}],
        }  # fmt: skip
        assert found.withheld == ()

    def test_each_party_gets_its_own_part_of_a_decision(self) -> None:
        other = {**COMPANY, "party_id": "p2", "uscc": OTHER, "name": "乙公司"}
        found = credit(
            [opened(COMPANY, other), penalty({**FINE, "party_id": "p2"}, {**FINE, "party_id": "p1"})], rulebook()
        )

        assert [row_json(row)["uscc"] for row in found.rows] == [OTHER, CODE]

    @pytest.mark.parametrize(
        ("acts", "why"),
        [
            ([penalty()], "no case was opened in this docket, so it has no parties"),
            ([opened(), penalty()], "the case names no party"),
            ([opened(COMPANY, COMPANY), penalty()], "the case has several parties, and the penalty names none"),
            ([opened(COMPANY), penalty({**FINE, "party_id": "p9"})], "the penalty names a party that the case has not"),
            ([opened({**COMPANY, "kind": "person"}), penalty()], "the party is a person"),
            ([opened({**COMPANY, "kind": "unknown"}), penalty()], UNKNOWN),
            ([opened({**COMPANY, "uscc": None}), penalty()], "the party has no credit code"),
            ([said("CaseOpened", None, **SEALED), penalty()], f"the parties of the case are {CLOSED}"),
            ([opened(COMPANY, doubts=["?"]), penalty()], "the parties of the case: ?"),
            ([opened(COMPANY), penalty(open_=False)], "the decision is not public"),
            ([opened(COMPANY), penalty(doubts=["not the last word"])], "not the last word"),
            ([opened(COMPANY), said("PenaltyDecided", None, **SEALED)], CLOSED),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )  # fmt: skip
    def test_what_is_not_public_or_not_clear_is_listed_with_its_reason_and_does_not_go_out(
        self, acts: list[Act], why: str
    ) -> None:
        found = credit(acts, rulebook())

        assert (found.rows, whys(found)) == ((), [why])

    def test_a_published_entry_goes_out_and_one_that_was_only_added_or_was_removed_does_not(self) -> None:
        acts = [
            listed("black", "甲公司", entry_uscc=CODE),
            listed("white", "乙公司", variant="publish", entry_uscc=OTHER),
            listed("black", "丙公司", variant="publish", entry_uscc="91960300FAKE00048X"),
            listed("black", "丙公司", variant="remove", on="2016-09-01", entry_uscc="91960300FAKE00048X"),
            listed("black", "无码", variant="publish"),
        ]

        found = credit(acts, rulebook())

        assert [(row_json(row)["uscc"], row_json(row)["list"]) for row in found.rows] == [(OTHER, "white")]
        assert whys(found) == ["the entry has no credit code"]

    def test_an_entry_that_may_have_been_removed_unreadably_does_not_go_out(self) -> None:
        acts = [
            listed("black", "甲公司", variant="publish", entry_uscc=CODE),
            said("ListEntryChanged", None, variant="remove", on="2016-09-01", masked="erased"),
        ]

        for export in (credit, docket):
            assert export(acts, rulebook()).rows == ()
            assert any("has taken something off a list since" in why for why in whys(export(acts, rulebook())))


class TestDocket:
    def test_a_public_penalty_names_its_organisation_and_amounts(self) -> None:
        (row,) = docket([opened(COMPANY), penalty()], rulebook()).rows

        shown = row_json(row)
        assert (shown["kind"], shown["organisations"]) == ("penalty", [Organisation(CODE, "甲公司")._asdict()])
        assert (shown["sanctions"], shown["illegal_gains_fen"]) == ([Sanction("fine", 6_000_000)._asdict()], 7)

    def test_a_public_penalty_on_a_person_is_published_without_the_person(self) -> None:
        person = {**COMPANY, "kind": "person", "name": "张三", "uscc": None, "person_token": "K-V9801-1"}

        (row,) = docket([opened(person), penalty()], rulebook()).rows

        assert row_json(row)["organisations"] == []
        assert "张三" not in repr(row)

    def test_one_that_is_not_public_is_not_there(self) -> None:
        assert docket([opened(COMPANY), penalty(open_=False)], rulebook()).rows == ()

    def test_of_measures_only_exposure_is_public_and_a_name_without_a_code_is_not(self) -> None:
        def measure(variant: str, code: str | None) -> Act:
            body: dict[str, Any] = {"subject": "张三", "subject_uscc": code, "outcome": "张三的事", "rule_hits": []}
            return said("RegulatoryMeasureTaken", body, variant=variant, approver="U-V98-90")

        rows = docket(
            [measure("interview", CODE), measure("exposure", CODE), measure("exposure", None)], rulebook()
        ).rows

        assert [row_json(row)["organisations"] for row in rows] == [[Organisation(CODE, "张三")._asdict()], []]

    def test_a_work_is_shown_by_its_title_a_site_by_its_name_and_an_account_not_at_all(self) -> None:
        acts = [
            listed(
                "protected_works", "合成电影甲", variant="publish", work={"title": "合成电影甲", "work_type": "film_tv"}
            ),
            listed(
                "key_sites",
                "站长张三",
                variant="publish",
                on="2016-08-02",
                target={"kind": "domain", "value": "a.example"},
            ),
            listed(
                "key_sites", "张三", variant="publish", on="2016-08-03", target={"kind": "account", "value": "K-V98-7"}
            ),
        ]

        found = docket(acts, rulebook())

        assert [(row_json(row)["title"], row_json(row)["site"]) for row in found.rows] == [
            ("合成电影甲", None),
            (None, "a.example"),
        ]
        assert "张三" not in repr(found.rows)
        assert whys(found) == ["without a credit code it may be the name of a person"]


# ---------------------------------------------------------------- every field of every type
HEADER: dict[str, Any] = {
    "officers": ("HEADER-officer",), "approver": "HEADER-approver", "to": ("HEADER-to",), "cc": ("HEADER-cc",),
    "countersignature": "HEADER-countersignature",
}  # fmt: skip


def paths(fields: tuple[BodyField, ...], catalogue: Catalogue, way: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the path of every leaf of a body, with the levels of all fields on the way to it."""
    for one in fields:
        meant = field_type(one.type)
        assert meant is not None
        if meant.kind != "record":
            yield f"{way}{one.name}", frozenset({one.pii})
            continue
        for path, levels in paths(catalogue.records[meant.name], catalogue, f"{way}{one.name}."):
            yield path, levels | {one.pii}


class Filling:
    """Fills every field of a body with a value that is found again, whatever it is."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue, self.where, self._numbers = catalogue, dict[str, str](), count(700_000_001)

    def body(self, event_type: str, **fixed: object) -> dict[str, object]:
        return self._record(self.catalogue.events[event_type].body, f"{event_type}/", fixed)

    def _record(self, fields: tuple[BodyField, ...], way: str, fixed: Mapping[str, object]) -> dict[str, object]:
        return {one.name: fixed.get(one.name, self._value(one, f"{way}{one.name}")) for one in fields}

    def _value(self, field: BodyField, path: str) -> object:
        meant = field_type(field.type)
        assert meant is not None
        if meant.kind == "record":
            value: object = self._record(self.catalogue.records[meant.name], f"{path}.", KEPT)
        elif meant.name == "boolean":
            return True
        else:
            number = next(self._numbers)
            self.where[str(number)] = path
            value = number if meant.name in ("int", "long", "fen") else f"mark-{number}"
        return [value] if meant.array else value


KEPT = {"kind": "organisation", "party_id": "p1"}
"""What decides whether a nested record is shown is not filled: a party is an organisation."""


def marks(acts: list[Act], filling: Filling, book: Rulebook) -> set[str]:
    """Return the paths whose marks stand in an export."""
    text = b"".join(orjson.dumps(row_json(row)) for make in (credit, docket) for row in make(acts, book).rows).decode()
    assert "HEADER-" not in text
    return {path for number, path in filling.where.items() if number in text}


def everything_said(filling: Filling) -> list[Act]:
    """Tell every variant of every type once in one case, and each list both with a name and with a site."""
    acts = [said("CaseOpened", filling.body("CaseOpened"), case="C1", **HEADER)]
    for name, event in filling.catalogue.events.items():
        if name in ("CaseOpened", "ListEntryChanged"):
            continue
        for variant in event.variants or (None,):
            body = filling.body(name, public=True) if name == "PenaltyDecided" else filling.body(name)
            acts.append(said(name, body, variant=variant, case="C1", **HEADER))
    for name in filling.catalogue.enums["list_name"]:
        for variant in ("add", "publish"):
            work = {"title": f"{name}{variant}", "work_type": "music"}
            for kind in ("domain", "account", "ip", "premises"):
                target = {"kind": kind, "value": f"{kind}-{name}", "url": "URL-SECRET", "filing_no": "ICP-SECRET"}
                fixed = {"list": name, "target": target, "work": work}
                acts.append(
                    said("ListEntryChanged", filling.body("ListEntryChanged", **fixed), variant=variant, **HEADER)
                )
    return acts


def test_of_every_field_of_every_type_only_what_is_allowed_leaves() -> None:
    """All 55 types, filled to the last field: what stands in an export is on the list, and P0 or P1 all the way."""
    book = rulebook()
    filling = Filling(book.catalogue)
    acts = everything_said(filling)

    found = marks(acts, filling, book)

    allowed = {f"{event_type}/{path}" for event_type, some in ALLOWED.items() for path in some}
    assert {"PenaltyDecided/illegal_gains_fen", "CaseOpened/parties.name", "RegulatoryMeasureTaken/subject"} <= found
    assert found <= allowed
    for event_type, path in (one.split("/") for one in found):
        assert dict(paths(book.catalogue.events[event_type].body, book.catalogue))[path] <= {"P0", "P1"}
    shown = repr([make(acts, book).rows for make in (credit, docket)])
    assert not any(secret in shown for secret in ("URL-SECRET", "ICP-SECRET", "account-", "ip-", "premises-"))


def test_what_is_allowed_exists_and_is_open() -> None:
    catalogue = rulebook().catalogue
    for event_type, allowed in ALLOWED.items():
        known = dict(paths(catalogue.events[event_type].body, catalogue))
        assert allowed <= known.keys()
        assert all(known[path] <= {"P0", "P1"} for path in allowed)
        assert event_type in EVENT_TYPES


def test_a_field_that_a_later_version_marks_as_personal_is_not_shown_any_more() -> None:
    """The list alone shows nothing: the level of the catalogue must allow it, too, on the whole way."""
    catalogue = rulebook().catalogue
    body = {"parties": [COMPANY]}
    assert public_part("CaseOpened", body, catalogue) == {"parties": [{"name": "甲公司", "uscc": CODE}]}

    raised = tuple(replace(one, pii="P2") if one.name == "name" else one for one in catalogue.records["Party"])
    later = replace(catalogue, records={**catalogue.records, "Party": raised})
    assert public_part("CaseOpened", body, later) == {"parties": [{"uscc": CODE}]}

    opening = catalogue.events["CaseOpened"]
    closed = replace(
        opening, body=tuple(replace(one, pii="P3") if one.name == "parties" else one for one in opening.body)
    )
    later = replace(catalogue, events={**catalogue.events, "CaseOpened": closed})
    assert public_part("CaseOpened", body, later) == {}


def test_no_free_text_is_on_the_list() -> None:
    texts = {"outcome", "reason", "finding", "findings", "text", "summary", "requirements", "result", "appeal"}

    assert not texts & {path.rpartition(".")[2] for some in public.ALLOWED.values() for path in some}
