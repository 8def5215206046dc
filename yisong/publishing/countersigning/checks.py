"""
May a message about a draft be believed? Its signature, its bus, its header and its organs, before anything is kept.

Values only. Why not is a word that is counted; the drafts topic is written by other nodes, and whatever lies there may
stop nobody.
"""

from typing import Final, Literal, NamedTuple

from yisong.envelope.case_id import is_case_id
from yisong.envelope.codec import encode_envelope, signed_bytes
from yisong.envelope.header import Header, Signature
from yisong.envelope.open import Opened, open_record
from yisong.ledger import Law
from yisong.publishing.countersigning.messages import Claimed, Drafted
from yisong.signing.verify import verifies

Noise = Literal[
    "unreadable", "bad-key", "bad-signature", "not-canonical", "carried-differs", "not-ours", "wrong-bus", "unknown"
]
"""
``unreadable`` no message of this version · ``bad-key`` signed with no key of who must say it that is valid ·
``bad-signature`` the signature does not verify · ``not-canonical`` the header is no canonical one that could be on the
log · ``carried-differs`` what travels is not what the header commits to · ``not-ours`` no organ of this line is to sign
it · ``wrong-bus`` made for a bus of the other profile · ``unknown`` about a draft that is not known here.
"""

_BLANK: Final = Signature("", "ed25519", bytes(64))


class Offer(NamedTuple):
    """A draft that an organ of this line may sign: the message, and its header as a value."""

    said: Drafted
    header: Header
    header_hash: bytes

    @property
    def organ(self) -> str:
        """The organ whose signature it waits for."""
        return self.header.countersignature or ""


def agency_of(organ: str, law: Law) -> str | None:
    """Return the agency line whose node speaks for *organ*; None where the directory has none."""
    found = law.organs.get(organ)
    return None if found is None else found.node or found.role


def log_time_of(at: int, law: Law, *, now: int) -> int:
    """Return the instant at which keys must be valid: on a demo bus that of the record (*at*), else *now* (ms)."""
    return at if law.bus.timestamp_type == "CreateTime" else now


def offer(claimed: Claimed, said: Drafted, law: Law, *, agency: str, now: int) -> Offer | Noise:
    """Return the draft in a message to *agency*, at *now* (ms), or why it is none that an organ of ours may sign."""
    opened = _opened(said)
    header, header_hash = opened.header, opened.header_hash
    if header is None or header_hash is None or opened.fault is not None or not is_case_id(header.case_id):
        return "not-canonical"
    if header.event_type not in law.events or header.publisher not in law.addressees:
        return "not-canonical"
    if opened.carried_hash != header.carried_hash:
        return "carried-differs"
    if header.test_data != law.bus.test_data:
        return "wrong-bus"
    second = header.countersignature
    if second not in law.addressees or second == header.publisher or agency_of(second or "", law) != agency:
        return "not-ours"
    at = log_time_of(said.at, law, now=now)
    return said_by(claimed, header.publisher, law, at=at) or Offer(said, header, header_hash)


def said_by(claimed: Claimed, organ: str, law: Law, *, at: int) -> Noise | None:
    """Return why a message is not said by *organ*, by a key that is valid *at* an instant (ms); None where it is."""
    if not _is_key_of(claimed.key_id, organ, law, at):
        return "bad-key"
    public = law.rulebook.keys[claimed.key_id].public
    return None if verifies(claimed.signature, claimed.message, public) else "bad-signature"


def countersigns(signature: Signature, header: bytes, organ: str, law: Law, *, at: int) -> Noise | None:
    """Return why *signature* is not the one of *organ* over *header* that the log would take; None where it is."""
    if not _is_key_of(signature.key_id, organ, law, at):
        return "bad-key"
    public = law.rulebook.keys[signature.key_id].public
    return None if verifies(signature.value, signed_bytes(law.bus.name, header), public) else "bad-signature"


def _is_key_of(key_id: str, organ: str, law: Law, at: int) -> bool:
    key = law.rulebook.keys.get(key_id)
    return key is not None and (key.org, key.use) == (organ, "sign") and key.usable(at)


def header_of(header: bytes) -> Header:
    """Return the value of a header whose bytes were checked before they were kept."""
    found = _opened(Drafted(header, b"", 0, 0)).header
    assert found is not None, "it was canonical when it came"  # noqa: S101 (checked before it was kept)
    return found


def _opened(said: Drafted) -> Opened:
    """Open the record that the draft is to become, with room for both signatures."""
    return open_record(0, 0, said.at, None, encode_envelope(said.header, said.carried, (_BLANK, _BLANK)))
