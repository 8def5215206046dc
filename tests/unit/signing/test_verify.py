import json
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from tests.unit.envelope.sample import AT, KEY, PARTITION, referral
from tests.vectors import make_signatures
from yisong.envelope.codec import encode_envelope, encode_header, signed_bytes
from yisong.envelope.header import Header, Signature
from yisong.envelope.open import Opened, open_record
from yisong.rulebook.model import Key
from yisong.signing.sign import sign
from yisong.signing.verify import verifies, verify

VECTORS = json.loads(Path(make_signatures.FILE).read_text(encoding="utf-8"))
SEEDS = {"V9801#1": bytes([1]) * 32, "P9801#1": bytes([2]) * 32, "V9801#2": bytes([3]) * 32}
BUS = "demo-bus"


def key(key_id: str, *, org: str | None = None, use: str = "sign") -> Key:
    return Key(
        key_id=key_id,
        org=org or key_id.partition("#")[0],
        use=use,  # type: ignore[arg-type]  # the three uses
        algorithm="ed25519",
        public=bytes(SigningKey(SEEDS[key_id]).verify_key),
        valid_from=0,
        valid_to=None,
        revoked_from=None,
    )


KEYS = {"V9801#1": key("V9801#1"), "P9801#1": key("P9801#1"), "V9801#2": key("V9801#2", use="cosign")}


def record(header: Header, *signatures: Signature) -> Opened:
    value = encode_envelope(encode_header(header), b"salt and body", signatures)
    return open_record(PARTITION, 17, AT, KEY, value)


def signature(header: Header, key_id: str, *, bus: str = BUS) -> Signature:
    return Signature(key_id, "ed25519", sign(bus, encode_header(header), SEEDS[key_id]))


def valid(opened: Opened) -> tuple[bool | None, ...]:
    return verify([opened], bus=BUS, keys=KEYS)[0].valid


class TestVectors:
    @pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
    def test_are_judged_by_libsodium_as_by_the_contract(self, vector: dict[str, object]) -> None:
        """Where libraries disagree, ours says what the words of the contract say."""
        parts = (bytes.fromhex(str(vector[part])) for part in ("signature", "message", "public"))

        assert verifies(*parts) is vector["valid"]

    def test_hold_cases_on_which_the_cofactor_alone_decides(self) -> None:
        """At least one signature passes with the cofactor and not without, though nothing else is wrong with it."""
        names = {vector["name"] for vector in VECTORS if vector["cofactored"] and not vector["valid"]}

        assert "mixed key, only the cofactored holds" in names
        assert sum(1 for vector in VECTORS if vector["valid"]) == 3

    def test_are_those_that_their_script_makes(self) -> None:
        """The committed file is what make_signatures.py writes."""
        assert Path(make_signatures.FILE).read_text(encoding="utf-8") == make_signatures.as_json()


class TestVerify:
    def test_says_yes_to_the_author_and_to_both_where_two_sign(self) -> None:
        """甲省一市's copyright team signs, and its police countersign what was handed over."""
        both = referral()._replace(countersignature="P9801")

        assert valid(record(referral(), signature(referral(), "V9801#1"))) == (True,)
        assert valid(record(both, signature(both, "V9801#1"), signature(both, "P9801#1"))) == (True, True)

    def test_says_no_to_another_bus_another_header_and_another_length(self) -> None:
        """A signature made for another bus, another event or cut short is none."""
        good = signature(referral(), "V9801#1")
        other = referral()._replace(publisher_seq=8)

        assert valid(record(referral(), signature(referral(), "V9801#1", bus="other-bus"))) == (False,)
        assert valid(record(other, good)) == (False,)
        assert valid(record(referral(), good._replace(value=good.value[:-1]))) == (False,)
        assert valid(record(referral(), good._replace(value=good.value + b"\0"))) == (False,)
        assert valid(record(referral(), good._replace(value=b""))) == (False,)

    def test_does_not_let_a_long_signature_reach_into_the_message(self) -> None:
        """A byte appended to a signature is not the first byte of what was signed, even if the author signed it so."""
        longer = SigningKey(SEEDS["V9801#1"]).sign(b"!" + signed_bytes(BUS, encode_header(referral()))).signature + b"!"

        assert valid(record(referral(), Signature("V9801#1", "ed25519", longer))) == (False,)

    def test_knows_no_key_of_another_organ_of_another_use_or_of_nobody(self) -> None:
        """A key that is not the organ's own signing key is not registered for it, however good the signature."""
        assert valid(record(referral(), signature(referral(), "P9801#1"))) == (None,)
        assert valid(record(referral(), signature(referral(), "V9801#2"))) == (None,)
        assert valid(record(referral(), signature(referral(), "V9801#1")._replace(key_id="V9801#9"))) == (None,)

    def test_asks_the_second_signature_for_the_countersigner(self) -> None:
        """The author cannot countersign in the other organ's place."""
        both = referral()._replace(countersignature="P9801")

        assert valid(record(both, signature(both, "V9801#1"), signature(both, "V9801#1"))) == (True, None)

    def test_leaves_alone_what_has_a_fault(self) -> None:
        """What is no readable event has no signatures to verify."""
        malformed = open_record(PARTITION, 17, AT, KEY, b"noise")

        assert verify([malformed], bus=BUS, keys=KEYS) == [malformed]

    @pytest.mark.parametrize("threads", [1, 2, 5])
    def test_answers_in_the_order_of_the_records_whatever_the_threads(self, threads: int) -> None:
        """Good, forged, unknown and unreadable records in one batch keep their places."""
        good = record(referral(), signature(referral(), "V9801#1"))
        forged = record(referral(), signature(referral(), "V9801#1", bus="other-bus"))
        unknown = record(referral(), signature(referral(), "P9801#1"))
        batch = [good, forged, unknown, open_record(0, 0, 0, None, None)] * 40

        answers = [each.valid for each in verify(batch, bus=BUS, keys=KEYS, threads=threads)]

        assert answers == [(True,), (False,), (None,), ()] * 40

    def test_of_no_records_is_nothing(self) -> None:
        """An empty batch is no special case."""
        assert verify([], bus=BUS, keys=KEYS) == []
