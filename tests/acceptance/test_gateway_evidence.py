"""Does evidence reach whoever may see it, and nobody else? Over HTTP, on a real bus."""

import socket
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from tests.clues import Stated, clue_found, evidence_preserved, own_case
from tests.gateways import Caller, Gateway
from tests.waiting import until
from yisong.embedded import Bus

OWNER, TOLD, STRANGER = "V9801", "V97", "V9702"
READERS = (OWNER, TOLD, "V98", "V00")
"""The owner, who was told, and those above the two (events.yaml, audience)."""


@pytest.fixture
def capture() -> bytes:
    """Return a capture that nobody has handed in before."""
    return b"PK\x03\x04 page as captured " + uuid4().bytes


def cited(owner: Caller, number: int, line: dict[str, object]) -> str:
    """Publish evidence whose manifest has *line*, with a copy to 乙省, and return the id of the event."""
    case, event_id = own_case(number), str(uuid4())
    assert owner.publish(clue_found(case, 1)).status_code == 201
    said = evidence_preserved(case, 2)
    header = {**said.header, "attachments": [line], "cc": [TOLD]}
    answer = owner.publish(Stated(header, {**said.body, "sha256": line["sha256"]}), event_id=event_id)
    assert answer.status_code == 201, answer.text
    return event_id


def kept(bus: Bus) -> list[Path]:
    return [one for one in (bus.home.path / "evidence" / "copyright").rglob("*") if one.is_file()]


def test_evidence_goes_to_whoever_may_read_the_event_that_cites_it_and_every_taking_is_noted(
    gateway: Gateway, bus: Bus, capture: bytes
) -> None:
    owner = gateway.caller(OWNER)
    answer = owner.hand_in(capture)
    digest = sha256(capture).hexdigest()
    line = {"kind": "evidence_package", "sha256": digest, "size": len(capture), "media_type": "application/zip"}
    assert (answer.status_code, answer.json()) == (201, line)
    event = cited(owner, 77_001, line)
    for organ in READERS:
        taken = gateway.caller(organ).take_out(digest, event=event, purpose="复核")
        assert (taken.status_code, taken.content) == (200, capture), organ
        assert taken.headers["content-type"] == "application/zip"
        assert taken.headers["content-disposition"] == f'attachment; filename="{digest}"'
    for organ in (STRANGER, "V96"):
        assert gateway.caller(organ).take_out(digest, event=event).status_code == 404, organ
    with psycopg.connect(bus.running.dsn["copyright"]) as node:
        noted = node.execute(
            "SELECT organ, case_id, events, purpose FROM local_readings WHERE sha256 = %s ORDER BY serial",
            [bytes.fromhex(digest)],
        ).fetchall()
    assert [(organ, case, [str(one) for one in events], why) for organ, case, events, why in noted] == [
        (organ, own_case(77_001), [event], "复核") for organ in READERS
    ]


def test_only_the_organ_that_handed_a_file_in_needs_no_event_and_nobody_learns_that_it_is_there(
    gateway: Gateway, capture: bytes
) -> None:
    digest = gateway.caller(OWNER).hand_in(capture).json()["sha256"]
    assert gateway.caller(OWNER).take_out(digest).content == capture
    refused = gateway.caller(STRANGER).take_out(digest)
    unknown = gateway.caller(STRANGER).take_out("0" * 64)
    assert refused.status_code == unknown.status_code == 404
    assert refused.json()["detail"] == unknown.json()["detail"]


def test_an_event_opens_the_files_of_its_own_manifest_and_no_others(gateway: Gateway, capture: bytes) -> None:
    owner = gateway.caller(OWNER)
    line, other = owner.hand_in(capture).json(), owner.hand_in(capture + b"2").json()
    event = cited(owner, 77_002, line)
    assert gateway.caller(TOLD).take_out(line["sha256"], event=event).status_code == 200
    assert gateway.caller(TOLD).take_out(other["sha256"], event=event).status_code == 404
    assert gateway.caller(TOLD).take_out(line["sha256"], event=str(uuid4())).status_code == 404


def test_a_changed_file_is_given_to_nobody_until_the_original_is_handed_in_again(
    gateway: Gateway, bus: Bus, capture: bytes
) -> None:
    owner = gateway.caller(OWNER)
    digest = owner.hand_in(capture).json()["sha256"]
    (file,) = [one for one in kept(bus) if one.name == digest]
    file.chmod(0o600)
    file.write_bytes(capture[:-1] + b"?" * 2)
    answer = owner.take_out(digest)
    assert (answer.status_code, answer.json()["type"]) == (410, "urn:yisong:problem:evidence-changed")
    assert f"the file {digest} is changed" in (bus.home.logs / "gateway-copyright.log").read_text()
    assert owner.hand_in(capture).status_code == 201
    assert owner.take_out(digest).content == capture
    file.unlink()
    answer = owner.take_out(digest)
    assert (answer.status_code, answer.json()["type"]) == (410, "urn:yisong:problem:evidence-gone")


def test_the_same_file_twice_is_one_file_under_the_media_type_of_the_first_time(
    gateway: Gateway, bus: Bus, capture: bytes
) -> None:
    owner = gateway.caller(OWNER)
    first = owner.hand_in(capture)
    again = owner.hand_in(capture, media_type="text/html", kind="other")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {**first.json(), "kind": "other"}
    assert len([one for one in kept(bus) if one.name == first.json()["sha256"]]) == 1
    assert gateway.caller(STRANGER).hand_in(capture).status_code == 200
    assert gateway.caller(STRANGER).take_out(first.json()["sha256"]).content == capture


@pytest.mark.parametrize(
    ("headers", "params", "status"),
    [
        ({"content-type": ""}, {}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, {}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, {}, 415),
        ({"content-type": "text"}, {}, 415),
        ({"content-type": "text/" + "x" * 70}, {}, 415),
        ({}, {"kind": "../../etc/passwd"}, 422),
        ({}, {"kind": "bribe"}, 422),
    ],
)
def test_what_is_no_evidence_is_not_kept(
    gateway: Gateway, bus: Bus, headers: dict[str, str], params: dict[str, str], status: int
) -> None:
    before = kept(bus)
    answer = gateway.caller(OWNER).http.post(
        "/v1/evidence",
        params={"kind": "other", **params},
        headers={"content-type": "application/pdf", **headers},
        content=b"x",
    )
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert kept(bus) == before


def test_an_empty_file_is_no_evidence(gateway: Gateway, bus: Bus) -> None:
    before = kept(bus)
    assert gateway.caller(OWNER).hand_in(b"").status_code == 422
    assert kept(bus) == before


def test_an_upload_that_is_cut_off_leaves_nothing_behind(gateway: Gateway, bus: Bus, capture: bytes) -> None:
    del capture
    before = kept(bus)
    address = urlsplit(gateway.address)
    secret = gateway.caller(OWNER).http.headers["authorization"]
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.sendall(
            b"POST /v1/evidence?kind=other HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/pdf\r\n"
            b"Content-Length: 2000000\r\nAuthorization: " + secret.encode() + b"\r\n\r\n" + bytes(1_000_000)
        )
        until(lambda: len(kept(bus)) > len(before), "the upload has not begun")
    until(lambda: kept(bus) == before, "half an upload is still there")


def test_who_may_only_read_hands_nothing_in_and_who_may_only_publish_takes_nothing_out(
    gateway: Gateway, capture: bytes
) -> None:
    assert gateway.caller(OWNER, "read").hand_in(capture).status_code == 403
    digest = gateway.caller(OWNER, "publish").hand_in(capture).json()["sha256"]
    assert gateway.caller(OWNER, "publish").take_out(digest).status_code == 403
    assert gateway.caller(None).take_out(digest).status_code == 401
    assert gateway.caller(None).hand_in(capture).status_code == 401


def test_without_a_purpose_nothing_is_read(gateway: Gateway, capture: bytes) -> None:
    owner = gateway.caller(OWNER)
    digest = owner.hand_in(capture).json()["sha256"]
    for purpose in ("", "  "):
        assert owner.take_out(digest, purpose=purpose).status_code == 422
    assert owner.http.get(f"/v1/evidence/{digest}").status_code == 422
