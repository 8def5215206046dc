"""
Write ``envelopes.json``: values of records that are, and are not, canonical envelopes with canonical headers.

The bytes are put together by hand from Avro's specification, so that they do not depend on what any library writes.
Run ``python -m tests.vectors.make_envelopes`` after a change of a schema; a test compares the file with what this says.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from yisong.schemas import registry

FILE = Path(__file__).parents[2] / "conformance/bytes/envelopes.json"

START, END = 946_656_000_000, 4_102_416_000_000  # 2000-01-01 and 2100-01-01, 00:00 +08:00
DECIDED = 1_468_893_600_000


class Vector(NamedTuple):
    """A value, whether it is a canonical envelope with a readable header in it, and the reason that step 1 gives."""

    name: str
    value: bytes
    fault: str | None
    envelope: bool = True
    header: bool = False


def long(n: int) -> bytes:
    """Return *n* as Avro writes it: zigzag, seven bits a byte."""
    zigzag, out = (n << 1) ^ (n >> 63), bytearray()
    while zigzag > 127:
        out.append(zigzag & 127 | 128)
        zigzag >>= 7
    return bytes((*out, zigzag))


def octets(data: bytes) -> bytes:
    return long(len(data)) + data


def text(words: str) -> bytes:
    return octets(words.encode())


def prefix(name: str) -> bytes:
    return b"\xc3\x01" + registry().versions[name][-1].fingerprint


NULL, SET = b"\x00", b"\x02"
SIGNATURE = text("V9801#1") + b"\x00" + octets(bytes(range(64)))
SECOND = text("P9801#1") + b"\x00" + octets(bytes(64))


def header_fields() -> dict[str, bytes]:
    """Return the fields of a header as they are encoded: 甲省一市 sends a case with two attachments to its police."""
    return {
        "event_id": bytes(range(16)),
        "event_type": text("CriminalReferralSent"),
        "variant": NULL,
        "body_schema": registry().body("CriminalReferralSent").fingerprint,
        "body_hash": bytes([1]) * 32,
        "carried_hash": bytes([1]) * 32,
        "case_id": text("CRB-980100-2016-000021-5"),
        "aggregate": SET + text("referral") + text("R-CRB-980100-2016-000021-5-1"),
        "publisher": text("V9801"),
        "acting_for": NULL,
        "publisher_seq": long(7),
        "publisher_prev": SET + bytes([2]) * 32,
        "basis": SET + long(-1),
        "causation_id": SET + bytes([3]) * 16,
        "correlation_id": NULL,
        "occurred_at": long(DECIDED),
        "decided_at": SET + long(DECIDED),
        "served_at": NULL,
        "due_at": NULL,
        "to": long(1) + text("P9801") + b"\x00",
        "cc": b"\x00",
        "officers": long(2) + text("U-V9801-01") + text("U-V9801-02") + b"\x00",
        "approver": SET + text("U-V9801-90"),
        "cites": long(1) + text("event") + text("00010203-0405-0607-0809-0a0b0c0d0e0f") + b"\x00",
        "doc_no": SET + text("甲一文移字〔2016〕3号"),
        "attachments": long(1)
        + text("case_report")
        + bytes([4]) * 32
        + long(71106)
        + text("application/pdf")
        + b"\x00",
        "severity": NULL,
        "pii_level": b"\x02",
        "classification": b"\x00",
        "sealing": b"\x00",
        "campaign_id": SET + text("JW2016"),
        "region_code": text("980100"),
        "countersignature": NULL,
        "test_data": b"\x01",
    }


def header(**changes: bytes) -> bytes:
    return prefix("Header") + b"".join({**header_fields(), **changes}.values())


def envelope(head: bytes | None = None, *, carried: bytes = b"salt", signatures: bytes | None = None) -> bytes:
    signed = long(1) + SIGNATURE + b"\x00" if signatures is None else signatures
    return prefix("Envelope") + octets(header() if head is None else head) + octets(carried) + signed


def vectors() -> Iterator[Vector]:
    """Return all vectors: from the outside in, good ones and bad ones of each field's kind."""
    yield from _outside()
    yield from _envelopes()
    yield from _signature_lists()
    yield from _headers()
    yield from _instants()
    yield from _body_schemas()


def _outside() -> Iterator[Vector]:
    rest = envelope()[10:]
    for name, value in {
        "an empty value": b"",
        "one byte": b"\xc3",
        "a marker and half a fingerprint": prefix("Envelope")[:6],
        "a fingerprint and nothing after it": prefix("Envelope"),
        "another marker": b"\xc3\x02" + envelope()[2:],
        "the value in JSON": b'{"header": {}, "carried": "", "signatures": []}',
        "a header where an envelope belongs": header(),
        "the fingerprint of a leaf": prefix("Leaf") + rest,
        "the fingerprint of a body": prefix("CriminalReferralSent") + rest,
    }.items():
        yield Vector(name, value, "malformed", envelope=False)
    yield Vector("an unknown fingerprint", b"\xc3\x01" + bytes(8) + rest, "unknown-schema", envelope=False)
    yield Vector("an unknown fingerprint and no more", b"\xc3\x01" + bytes(8), "unknown-schema", envelope=False)


def _envelopes() -> Iterator[Vector]:
    start, head, carried = prefix("Envelope"), octets(header()), octets(b"salt")
    one = long(1) + SIGNATURE + b"\x00"
    yield Vector("a good envelope", envelope(), None, header=True)
    yield Vector("nothing carried", envelope(carried=b""), None, header=True)
    for name, value in {
        "a byte left over": envelope() + b"\x00",
        "a byte missing": envelope()[:-1],
        "a length written in a byte too many": start + head + b"\x88\x00" + b"salt" + one,
        "a negative length": start + head + long(-4) + b"salt" + one,
        "a length beyond the value": start + head + long(2**40) + b"salt" + one,
        "the longest length there is": start + head + long(2**63 - 1) + b"salt" + one,
        "a length of eleven bytes": start + b"\x80" * 10 + b"\x01" + head + carried + one,
        "a length of more than 64 bits": start + b"\xff" * 9 + b"\x02" + carried + one,
        "signatures in two blocks": start + head + carried + (long(1) + SIGNATURE) * 2 + b"\x00",
        "signatures in a block with its size": start + head + carried + long(-1) + octets(SIGNATURE) + b"\x00",
        "more signatures promised than there are": start + head + carried + long(2**62) + SIGNATURE + b"\x00",
        "a count written in a byte too many": start + head + carried + b"\x82\x00" + SIGNATURE + b"\x00",
        "an end written in a byte too many": start + head + carried + long(1) + SIGNATURE + b"\x80\x00",
        "an unknown algorithm": start
        + head
        + carried
        + long(1)
        + text("V9801#1")
        + b"\x02"
        + octets(bytes(64))
        + b"\x00",
        "algorithm -1": start + head + carried + long(1) + text("V9801#1") + b"\x01" + octets(bytes(64)) + b"\x00",
        "algorithm 0 in two bytes": start
        + head
        + carried
        + long(1)
        + text("V9801#1")
        + b"\x80\x00"
        + octets(bytes(64))
        + b"\x00",
        "a key id that is no UTF-8": start
        + head
        + carried
        + long(1)
        + octets(b"\xff")
        + b"\x00"
        + octets(bytes(64))
        + b"\x00",
    }.items():
        yield Vector(name, value, "malformed", envelope=False)


def _signature_lists() -> Iterator[Vector]:
    both, countersigned = long(2) + SIGNATURE + SECOND + b"\x00", header(countersignature=SET + text("P9801"))
    short = long(1) + text("V9801#1") + b"\x00" + octets(b"") + b"\x00"
    yield Vector(
        "two signatures, one of the countersigner", envelope(countersigned, signatures=both), None, header=True
    )
    yield Vector("the countersigner's is missing", envelope(countersigned), None, header=True)
    yield Vector("a signature of no bytes", envelope(signatures=short), None, header=True)
    yield Vector("no signature", envelope(signatures=b"\x00"), "malformed", header=True)
    yield Vector("a second signature that nobody asked for", envelope(signatures=both), "malformed", header=True)
    three = long(3) + SIGNATURE + SECOND + SECOND + b"\x00"
    yield Vector("three signatures", envelope(countersigned, signatures=three), "malformed", header=True)


def _headers() -> Iterator[Vector]:
    yield Vector("an unknown header", envelope(b"\xc3\x01" + bytes(8) + header()[10:]), "unknown-schema")
    yield Vector(
        "an unknown header and no signature", envelope(b"\xc3\x01" + bytes(8), signatures=b"\x00"), "unknown-schema"
    )
    for name, head in {
        "no header": b"",
        "an envelope where a header belongs": envelope(),
        "a header cut short": header()[:-1],
        "a header with a byte left over": header() + b"\x00",
        "a boolean of 2": header(test_data=b"\x02"),
        "a union's third branch": header(variant=b"\x04"),
        "a union's branch -1": header(variant=b"\x01"),
        "a branch written in a byte too many": header(variant=b"\x80\x00"),
        "pii level 4": header(pii_level=b"\x08"),
        "pii level -1": header(pii_level=b"\x01"),
        "severity 0 in two bytes": header(severity=b"\x02\x80\x00"),
        "officers in two blocks": header(officers=(long(1) + text("U-V9801-01")) * 2 + b"\x00"),
        "officers in a block with its size": header(officers=long(-1) + octets(text("U-V9801-01")) + b"\x00"),
        "a block of -1 organs and no size": header(cc=long(-1) + b"\x00"),
        "a list that ends in -1": header(to=long(1) + text("P9801") + b"\x01"),
        "a list that ends in 1": header(to=long(1) + text("P9801") + b"\x02"),
        "more cites than bytes": header(cites=long(2**62)),
        "a number of eleven bytes": header(publisher_seq=b"\x80" * 10 + b"\x01"),
        "a number of 65 bits": header(publisher_seq=b"\xff" * 9 + b"\x03"),
        "the number 7 in two bytes": header(publisher_seq=b"\x8e\x00"),
        "text that is no UTF-8": header(doc_no=SET + octets(b"\xe7\x94")),
        "UTF-8 with half a surrogate pair": header(doc_no=SET + octets(b"\xed\xa0\x80")),
        "UTF-8 written too long": header(doc_no=SET + octets(b"\xc0\x80")),
        "a text of negative length": header(event_type=long(-1)),
    }.items():
        yield Vector(name, envelope(head), "malformed")
    for name, head in {
        "a text that holds U+0000": header(doc_no=SET + text("甲\0")),
        "a text beyond the basic plane": header(doc_no=SET + text("𠮷")),
        "an event type of no letters": header(event_type=text("")),
        "a long text": header(doc_no=SET + text("移" * 5000)),
        "the largest number": header(publisher_seq=long(2**63 - 1)),
        "the smallest number": header(publisher_seq=long(-(2**63))),
        "seventy officers": header(officers=long(70) + text("U-V9801-01") * 70 + b"\x00"),
        "a state secret, refused later by its name": header(classification=b"\x08"),
    }.items():
        yield Vector(name, envelope(head), None, header=True)


def _instants() -> Iterator[Vector]:
    for field in ("occurred_at", "decided_at", "served_at", "due_at"):
        branch = b"" if field == "occurred_at" else SET
        for name, instant in {"at the first instant of 2000": START, "at the last instant of 2099": END - 1}.items():
            yield Vector(f"{field} {name}", envelope(header(**{field: branch + long(instant)})), None, header=True)
        for name, instant in {
            "in 1999": START - 1,
            "in 2100": END,
            "far away": 2**63 - 1,
            "long ago": -(2**63),
        }.items():
            yield Vector(f"{field} {name}", envelope(header(**{field: branch + long(instant)})), "malformed")


def _body_schemas() -> Iterator[Vector]:
    another = registry().body("ClueFound").fingerprint
    yield Vector(
        "the body schema of another type, refused later", envelope(header(body_schema=another)), None, header=True
    )
    yield Vector("an unknown body schema", envelope(header(body_schema=bytes(8))), "unknown-schema", header=True)
    unsigned = envelope(header(body_schema=bytes(8)), signatures=b"\x00")
    yield Vector("an unknown body schema and no signature", unsigned, "malformed", header=True)


def as_json() -> str:
    """Return the content of the file."""
    rows = [{**vector._asdict(), "value": vector.value.hex()} for vector in vectors()]
    return json.dumps(rows, indent=0, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(as_json(), encoding="utf-8")
