"""What does everybody see of an agency, without an account? Over HTTP, from a node that holds every type, filled."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from services.gateway.api.limits import Limits
from services.gateway.app import build
from services.gateway.console.public_docket import FRESH_SECONDS, READER, PublicDocket
from services.gateway.console.public_routes import RATE
from services.gateway.world import World
from tests.kept_on_paper import Kept, emptied, keep, readings_of_acts, world_on_paper
from yisong.accounts.rows import Database
from yisong.audit.readings import readings
from yisong.envelope.leaf import encode_leaf, leaf_hash
from yisong.errors import KeyNotUsable
from yisong.ledger import Entry, Law
from yisong.publishing.compose import Place, compose, content
from yisong.registers.public import ALLOWED
from yisong.rulebook.field_types import FieldType, field_type
from yisong.rulebook.model import BodyField, BusProfile, Catalogue
from yisong.schemas import genesis

ADDRESSES: Final = ("/public/docket", "/public/docket.json", "/public/docket.csv")
CASE, OTHER, ON = "CRB-980100-2016-000021-5", "CRB-980100-2016-000033-Y", "2016-08-01T10:00:00+08:00"
KEPT: Final = {"party_id": "p1"}
"""What binds a penalty to its party is not filled."""
PERSON: Final = {"officers": ["U-V9801-HEADERMARK1"], "approver": "U-V9801-HEADERMARK2"}
HEADER: Final = {
    **PERSON,
    "to": ["V00"],
    "cc": ["P9801"],
    "doc_no": "甲版罚字〔2016〕DOCMARK号",
    "attachments": [{"kind": "other", "sha256": "f" * 63 + "e", "size": 77_123_456, "media_type": "text/HEADERMARK3"}],
    "cites": [{"kind": "evidence", "id": "HEADERMARK4"}],
}


class Filling:
    """Fills every field of every type with a mark, each known by the path of its field."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue, self.where, self._numbers = catalogue, dict[str, str](), count(1)

    def body(self, event_type: str, **fixed: object) -> dict[str, object]:
        """Return a body of *event_type*, with *fixed* fields as they are given."""
        return self._record(self.catalogue.events[event_type].body, f"{event_type}/", fixed)

    def _record(self, fields: tuple[BodyField, ...], way: str, fixed: Mapping[str, object]) -> dict[str, object]:
        return {
            one.name: fixed[one.name] if one.name in fixed else self._value(one, f"{way}{one.name}") for one in fields
        }

    def _value(self, field: BodyField, path: str) -> object:
        meant = field_type(field.type)
        assert meant is not None
        if meant.kind == "record":
            value: object = self._record(self.catalogue.records[meant.name], f"{path}.", KEPT)
        elif meant.kind == "enum":
            value = next(iter(self.catalogue.enums[meant.name]))
        else:
            value = self._marked(meant, path)
        return [value] if meant.array else value

    def _marked(self, meant: FieldType, path: str) -> object:
        if meant.name == "boolean":
            return True
        number = next(self._numbers)
        value: object = f"mark-{number:05}-z"
        if meant.name in ("int", "long", "fen"):
            value = 1_300_000_000 + number
        elif meant.name in ("date", "timestamp"):
            day = (date(1900, 1, 1) + timedelta(days=number)).isoformat()
            value = day if meant.name == "date" else f"{day}T03:04:05+08:00"
            self.where[day] = path
        self.where[str(value)] = path
        return value


def found_in(text: str, where: Mapping[str, str]) -> set[str]:
    """Return the paths whose marks stand in *text*: a number also as yuan, as a page writes it."""
    plain = text.replace(",", "")
    return {
        path
        for mark, path in where.items()
        if mark in plain or (mark.isdigit() and f"{mark[:-2]}.{mark[-2:]}" in plain)
    }


def kept(event_type: str, body: Mapping[str, object], number: int, *, case: str = CASE, **header: Any) -> Kept:
    """Return an admitted event of the province's bureau, whatever the law says of who may say it, and when."""
    said = {
        "event_type": event_type, "case_id": case, "publisher": "V98", "occurred_at": ON, "pii_level": "P2",
        "region_code": "980100", "campaign_id": "JW2016", **HEADER, **header,
    }  # fmt: skip
    made = compose(content(said, body, event_id=uuid4().bytes, salt=bytes(16)), Place(1, None), test_data=True)
    place = {"partition": 3, "offset": number, "broker_time": 1_470_000_000_000, "log_time": 1_470_000_000_000 + number}
    leaf = encode_leaf(
        **place, key=case.encode(), docket_index=number + 1, docket_prev=None, header=made.header_bytes,
        carried_hash=made.header.carried_hash, signatures=(), verdict="admitted", reason=None, record_hash=bytes(32),
    )  # fmt: skip
    entry = Entry(
        **place, docket=case, docket_index=number + 1, docket_prev=None, verdict="admitted", reason=None,
        remembered=True, leaf=leaf, leaf_hash=leaf_hash(leaf), header=made.header, header_hash=made.header_hash,
    )  # fmt: skip
    return Kept(entry, made.carried)


def everything(filling: Filling) -> Iterator[Kept]:
    """Say every variant of every type in one case, every list with a name and with each kind of target."""
    numbers = count()
    for name, event in filling.catalogue.events.items():
        if name == "ListEntryChanged":
            continue
        for variant in event.variants or (None,):
            fixed: dict[str, object] = {"public": True} if name == "PenaltyDecided" else {}
            yield kept(name, filling.body(name, **fixed), next(numbers), variant=variant)
    for name in filling.catalogue.enums["list_name"]:
        for variant in ("add", "publish"):
            for kind in filling.catalogue.enums["target_kind"]:
                target = filling.body("ListEntryChanged")["target"]
                assert isinstance(target, dict)
                fixed = {"list": name, "target": {**target, "kind": kind, "value": f"{kind}-TARGETMARK"}}
                yield kept(
                    "ListEntryChanged", filling.body("ListEntryChanged", **fixed), next(numbers), variant=variant
                )
    people = [{**_party(filling), "kind": kind, "name": f"{kind}-PERSONMARK"} for kind in ("person", "unknown")]
    for party in people:
        yield kept("CaseOpened", filling.body("CaseOpened", parties=[party]), next(numbers), case=OTHER)
        yield kept(
            "PenaltyDecided", filling.body("PenaltyDecided", public=True), next(numbers), case=OTHER, variant="monetary"
        )


def _party(filling: Filling) -> dict[str, object]:
    parties = filling.body("CaseOpened")["parties"]
    assert isinstance(parties, list)
    found: dict[str, object] = parties[0]
    return found


@pytest.fixture(scope="module")
def law() -> Law:
    return Law(genesis(BusProfile(name="paper", profile="demo", partitions=12, keys=())))


@pytest.fixture
def opened(police_dsn: tuple[str, str], tmp_path: Path, law: Law) -> Iterator[tuple[World, Database]]:
    """Give the world of a gateway that has opened its public docket, before an empty node."""
    with world_on_paper(
        *police_dsn,
        tmp_path,
        agency="copyright",
        law=law,
        keys=NoKeys(),
        public_docket=True,
    ) as found:
        yield found


class NoKeys:
    """A node that has no key to open anything with: nothing here is sealed."""

    def private(self, key_id: str) -> bytes:
        raise KeyNotUsable(key_id)


class Everybody:
    """Somebody without an account, who asks a gateway as often as he likes, at an hour that the test says."""

    def __init__(self, world: World) -> None:
        self.app, self.seconds = build(world), 0.0
        self.app.state.public_docket = PublicDocket(world, self.app.state.deriving, now=lambda: self.seconds)
        self.app.state.public_limits = Limits(0)
        self.http = TestClient(self.app, base_url="http://gateway.test", raise_server_exceptions=False)

    def all_pages(self) -> str:
        """Return every answer there is, in both languages, to the last page, headers and all."""
        texts = [self._text("/public/docket.csv"), *self._pages("/public/docket.json?limit=50")]
        for language in ("zh", "en"):
            number = count(1)
            while 'scope="row" class="nowrap"' in (
                page := self._text(f"/public/docket?lang={language}&page={next(number)}")
            ):
                texts.append(page)
        return "\n".join(texts)

    def _pages(self, path: str) -> Iterator[str]:
        while path:
            answer = self.http.get(path)
            yield answer.text
            path = answer.links.get("next", {}).get("url", "")

    def _text(self, path: str) -> str:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return f"{answer.headers}\n{answer.text}"


def test_of_every_field_of_every_type_only_what_is_allowed_is_answered(
    opened: tuple[World, Database], law: Law
) -> None:
    """All types of the catalogue, every variant and list; P2, P3, persons and headers are among what is filled."""
    world, owner = opened
    filling = Filling(law.rulebook.catalogue)
    keep(owner, everything(filling))

    text = Everybody(world).all_pages()

    found, allowed = (
        found_in(text, filling.where),
        {f"{name}/{path}" for name, some in ALLOWED.items() for path in some},
    )
    assert found <= allowed
    assert found >= {
        "PenaltyDecided/penalties.amount_fen", "CaseOpened/parties.name", "RegulatoryMeasureTaken/subject",
        "ListEntryChanged/entry", "ListEntryChanged/work.title",
    }  # fmt: skip
    filled = {path.partition("/")[0] for path in filling.where.values()}
    assert law.events.keys() - filled == {"ClueFeedbackSent", "ReferralSupplemented"}  # nothing but codes and numbers
    known = (*(event.body for event in law.events.values()), *filling.catalogue.records.values())
    assert {one.pii for fields in known for one in fields} == {"P0", "P1", "P2", "P3"}
    assert "DOCMARK" in text
    assert [mark for mark in ("HEADERMARK", "PERSONMARK", "77123456", "f" * 63) if mark in text.replace(",", "")] == []
    targets = set(re.findall(r"([a-z_]+)-TARGETMARK", text))
    assert targets == {"domain", "url", "app"}


def test_the_marks_are_found_where_something_leaks(opened: tuple[World, Database], law: Law, monkeypatch: Any) -> None:
    """The test above would see it: with the findings allowed, they come out, and are found."""
    world, owner = opened
    filling = Filling(law.rulebook.catalogue)
    body = filling.body("CaseOpened")
    penalty = filling.body("PenaltyDecided", public=True)
    keep(owner, [kept("CaseOpened", body, 0), kept("PenaltyDecided", penalty, 1, variant="monetary")])
    shown = "services.gateway.console.public_routes.row_json"
    monkeypatch.setattr(shown, lambda row: {"leak": body, "doc_no": row.doc_no})

    found = found_in(Everybody(world).all_pages(), filling.where)
    assert "CaseOpened/parties.person_token" in found


def test_it_answers_nothing_at_all_where_it_is_not_opened(opened: tuple[World, Database]) -> None:
    """Off unless the gateway was told: each address is as unknown as any other, and no document names it."""
    world, _ = opened
    app = build(replace(world, public_docket=False))
    http = TestClient(app, base_url="http://gateway.test", raise_server_exceptions=False)
    assert World.__dataclass_fields__["public_docket"].default is False
    for accept in ("text/html", "application/json"):
        unknown = http.get("/public/nothing", headers={"accept": accept, "x-request-id": "1"})
        for address in ADDRESSES:
            answer = http.get(address, headers={"accept": accept, "x-request-id": "1"})
            assert answer.status_code == 404
            named = {quote(one, safe="") for one in (address, "/public/nothing")}
            assert re.sub("|".join(named), "", answer.text) == re.sub("|".join(named), "", unknown.text)
            assert http.post(address, headers={"accept": accept}).status_code == 404
    assert not any("/public" in path for path in http.get("/openapi.json").json()["paths"])


def test_everybody_gets_the_same_and_whoever_stands_between_may_keep_it(
    opened: tuple[World, Database], law: Law
) -> None:
    world, owner = opened
    keep(
        owner,
        [
            kept(
                "PenaltyDecided",
                Filling(law.rulebook.catalogue).body("PenaltyDecided", public=True),
                0,
                variant="monetary",
            )
        ],
    )
    everybody = Everybody(world)
    for address in ADDRESSES:
        answer = everybody.http.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=300")
        assert not {"set-cookie", "vary", "yisong-trail-behind"} & set(answer.headers)
        known = {"if-none-match": answer.headers["etag"]}
        again = everybody.http.get(address, headers=known)
        assert (again.status_code, again.content, again.headers["cache-control"]) == (304, b"", "public, max-age=300")
        cookies = {"cookie": "yisong-language=en; yisong-copyright=someone"}
        assert everybody.http.get(address, headers=cookies).content == answer.content
        assert everybody.http.get(address, headers={"authorization": "Bearer wrong"}).content == answer.content
    assert "/v1/" not in everybody.http.get("/public/docket").text
    assert "/cases/" not in everybody.http.get("/public/docket").text


def test_it_is_made_once_in_a_while_and_noted_and_shows_what_has_come_since(
    opened: tuple[World, Database], law: Law, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, owner = opened
    filling = Filling(law.rulebook.catalogue)
    first, second = (
        kept(
            "PenaltyDecided",
            filling.body("PenaltyDecided", public=True),
            number,
            variant="monetary",
            doc_no=f"第{number}号",
        )
        for number in (0, 1)
    )
    keep(owner, [first])
    made = readings_of_acts(monkeypatch)
    everybody = Everybody(world)

    seen = [everybody.http.get("/public/docket.json").json()["total"] for _ in range(3)]
    keep(owner, [second])
    everybody.seconds = FRESH_SECONDS - 1
    seen.append(everybody.http.get("/public/docket.json").json()["total"])
    everybody.seconds = FRESH_SECONDS
    newest = everybody.http.get("/public/docket.json").json()

    assert (seen, newest["total"]) == ([1, 1, 1, 1], 2)
    assert [row["doc_no"] for row in newest["rows"]] == ["第1号", "第0号"]
    assert made == [None, None]
    noted = readings(owner)
    assert [(one.account, one.organ, one.what, len(one.events)) for one in noted] == [
        (READER, "S-copyright", "register", 2), (READER, "S-copyright", "register", 1)
    ]  # fmt: skip


def test_whoever_asks_too_often_from_one_address_waits_and_others_do_not(opened: tuple[World, Database]) -> None:
    world, _ = opened
    everybody = Everybody(world)
    everybody.app.state.public_limits = Limits(RATE, now=lambda: 0.0)
    answers = [everybody.http.get("/public/docket.json") for _ in range(round(RATE * 2) + 1)]
    assert [one.status_code for one in answers] == [200] * round(RATE * 2) + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert answers[-1].headers["cache-control"] == "no-store"
    assert everybody.http.get("/public/docket", headers={"accept": "text/html"}).status_code == 429
    elsewhere = TestClient(everybody.app, base_url="http://gateway.test", client=("192.0.2.9", 50_000))
    assert elsewhere.get("/public/docket.json").status_code == 200


def test_kinds_pages_and_wrong_questions(opened: tuple[World, Database], law: Law) -> None:
    world, owner = opened
    emptied(owner)
    everybody = Everybody(world)
    assert "还没有公开的内容" in everybody.http.get("/public/docket").text
    assert "Nothing is public yet" in everybody.http.get("/public/docket?lang=en").text
    filling = Filling(law.rulebook.catalogue)
    keep(owner, everything(filling))
    everybody.seconds = FRESH_SECONDS
    whole = everybody.http.get("/public/docket.json?limit=500").json()
    parts = {
        kind: everybody.http.get("/public/docket.json", params={"kind": kind, "limit": 500}).json()["rows"]
        for kind in ("penalty", "exposure", "list entry")
    }
    assert all(row["kind"] == kind for kind, rows in parts.items() for row in rows)
    assert sum(map(len, parts.values())) == whole["total"] > 3
    assert everybody.http.get("/public/docket.json?kind=rumour").status_code == 422
    assert everybody.http.get("/public/docket?lang=fr", headers={"accept": "text/html"}).status_code == 400
    assert "没有这么多页" in everybody.http.get("/public/docket?page=99").text
