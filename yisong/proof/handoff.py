"""How is the proof of a handoff written? One canonical JSON: a referral's sending, its answer, and all between them."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from yisong.errors import NotProven
from yisong.proof.canonical_file import Form, read_canonical
from yisong.proof.checkpoint import Signed, read_signed
from yisong.proof.exact import base64_text, from_base64
from yisong.rulebook.identity import canonical

#: The version that is written and read here.
VERSION: Final = "yisong-handoff/1"

_FIELDS: Final = frozenset({"format", "case_id", "referral", "says", "records", "checkpoint"})
_FORM: Final = Form("proof of a handoff", VERSION, _FIELDS)
_HIGHEST: Final = 63


class Link(NamedTuple):
    """One record of the chain: its *leaf*, and the *path* to the root."""

    leaf: bytes
    path: tuple[bytes, ...]


class Handoff(NamedTuple):
    """
    What shows what became of a *referral* (its aggregate id) that was sent.

    *links*: the docket from the sending to the receipt, or to the breach of the receipt clock, without a gap. *says*:
    the same for people, one sentence a line.
    """

    case_id: str
    referral: str
    says: str
    links: tuple[Link, ...]
    signed: Signed


def handoff_bytes(handoff: Handoff) -> bytes:
    """Return the file of *handoff*. Inverse of `parse_handoff`."""
    return canonical(
        {
            "format": VERSION,
            "case_id": handoff.case_id,
            "referral": handoff.referral,
            "says": handoff.says.split("\n"),
            "records": [
                {"leaf": _text(link.leaf), "path": [_text(one) for one in link.path]} for link in handoff.links
            ],
            "checkpoint": handoff.signed.note.decode(),
        }
    )


def looks_like_handoff(data: bytes) -> bool:
    """Hold where *data* begins as a handoff does, or as a JSON of ours that is meant to be one."""
    return data.startswith(b"{")


def parse_handoff(data: bytes) -> Handoff:
    """Return the handoff that *data* is. Raises Unreadable: none, of another version, cut short. NotProven: changed."""
    row = read_canonical(data, _FORM)
    try:
        return _handoff(row)
    except (TypeError, KeyError, AttributeError, UnicodeEncodeError) as fault:
        raise NotProven("It has a field of another type than it should have.") from fault


def _handoff(row: Mapping[str, Any]) -> Handoff:
    links = tuple(_link(one) for one in row["records"])
    texts = (row["case_id"], row["referral"], *row["says"])
    if not links or not all(isinstance(text, str) for text in texts) or not isinstance(row["says"], list):
        raise NotProven("It has no records, or a text is none.")
    if any("\n" in text for text in texts):
        raise NotProven("Its sentences are not one a line.")
    signed = read_signed(row["checkpoint"].encode())
    return Handoff(row["case_id"], row["referral"], "\n".join(row["says"]), links, signed)


def _link(row: Mapping[str, Any]) -> Link:
    path = tuple(from_base64(one.encode(), what="A hash of a path") for one in row["path"])
    if len(path) > _HIGHEST or set(row) != {"leaf", "path"}:
        raise NotProven("A record has a path longer than any tree is high, or other fields.")
    return Link(from_base64(row["leaf"].encode(), what="A leaf"), path)


def _text(data: bytes) -> str:
    return base64_text(data).decode()
