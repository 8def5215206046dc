"""Statements on the topic `checkpoints`: what comes back, and what is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vectors.proof_world import BUS, COSIGNERS, NOW, QUANTUM
from yisong.errors import Unreadable
from yisong.proof.announcement import Announced, Checkpoints, Halt, Restatement, Statement, decode, encode
from yisong.proof.checkpoint import After, origin_of
from yisong.signing.sign import sign_bytes
from yisong.signing.verify import verifies

POLICE = COSIGNERS["police"]
LINE = Announced(4, NOW.size, NOW.root, POLICE.line(NOW))
SAID = Checkpoints("police", 7, b"r" * 32, 1_470_000_000_000, (LINE,), (Halt(3, "building"), Halt(None, "rulebook")))
SECONDED = SAID._replace(announced=(LINE._replace(second=QUANTUM.line(NOW)),))
#: The same under the origin that came after one whose last checkpoint was of 13 leaves.
AFTER = After(2, 13, b"w" * 32)
AGAIN = LINE._replace(after=AFTER, line=POLICE.line(NOW._replace(origin=origin_of(BUS, 4, AFTER))))
RESTATED = Restatement("police", 8, 4, 10, 13, b"o" * 32, b"n" * 32, "restored from a copy", (11, 13))


def _value(statement: Statement, *, bus: str = BUS) -> bytes:
    return encode(statement, bus=bus, key_id="S-police#3", sign=lambda message: sign_bytes(message, POLICE.seed))


def _changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    row = json.loads(_value(SAID))
    change(row["statement"])
    return json.dumps(row).encode()


class TestAStatement:
    @pytest.mark.parametrize("statement", [
        SAID, SECONDED, RESTATED, SAID._replace(announced=(AGAIN,)), RESTATED._replace(after=AFTER),
    ], ids=["checkpoints", "second line", "restatement", "second origin", "restatement of it"])  # fmt: skip
    def test_comes_back_as_it_was_said_and_signed(self, statement: Statement) -> None:
        claimed = decode(_value(statement), bus=BUS)

        assert claimed.statement == statement
        assert claimed.key_id == "S-police#3"
        assert verifies(claimed.signature, claimed.message, POLICE.key.public)

    def test_is_the_same_bytes_whenever_it_is_written(self) -> None:
        """What was written down before a crash is published after it, and is one statement with what was there."""
        assert _value(SAID) == _value(SAID)

    def test_of_another_bus_is_not_signed_for_this_one(self) -> None:
        claimed = decode(_value(SAID, bus="another"), bus=BUS)

        assert not verifies(claimed.signature, claimed.message, POLICE.key.public)

    def test_of_the_first_origin_is_the_bytes_that_it_always_was(self) -> None:
        """A field names another origin; there is none of the first, so that what was signed stays as it was signed."""
        for statement in (SAID, RESTATED):
            assert b"origin" not in _value(statement)
            assert b"after" not in _value(statement)
        named = json.loads(_value(SAID._replace(announced=(AGAIN,))))["statement"]["partitions"][0]
        assert named["origin"] == f"{BUS}/case-events/4/2/after/13/{b'w'.hex() * 32}"

    @pytest.mark.parametrize(
        "origin",
        [f"{BUS}/case-events/4", origin_of(BUS, 5, AFTER), origin_of("another", 4, AFTER), "elsewhere", 2, None],
    )
    def test_of_an_origin_that_is_none_of_the_partition_s_is_refused(self, origin: object) -> None:
        with pytest.raises(Unreadable, match=r"origin|log|text"):
            decode(_changed(lambda said: said["partitions"][0].update(origin=origin)), bus=BUS)

    @pytest.mark.parametrize("name", ["node", "counter", "rulebook", "covered", "halts"])
    def test_of_which_a_word_was_changed_is_not_signed(self, name: str) -> None:
        """Whoever may append could else stop a node by another hash in somebody's name."""
        other = {"node": "cac", "counter": 9, "rulebook": "00" * 32, "covered": 1, "halts": []}[name]
        claimed = decode(_changed(lambda said: said.update({name: other})), bus=BUS)

        assert not verifies(claimed.signature, claimed.message, POLICE.key.public)

    @pytest.mark.parametrize(
        "change",
        [
            lambda said: said.update(kind="gossip"),
            lambda said: said.update(counter=True),
            lambda said: said.update(counter=-1),
            lambda said: said.update(counter=1 << 53),
            lambda said: said.update(covered=1.5),
            lambda said: said.update(node="police\n"),
            lambda said: said.update(rulebook="00"),
            lambda said: said.pop("halts"),
            lambda said: said["partitions"].append(said["partitions"][0]),
            lambda said: said["partitions"][0].update(size=0),
            lambda said: said["partitions"][0].update(line="police"),
            lambda said: said["partitions"][0].update(root="AA=="),
        ],
        ids=lambda _: "",
    )
    def test_that_makes_no_sense_is_refused(self, change: Callable[[dict[str, Any]], object]) -> None:
        with pytest.raises(Unreadable, match=r"statement|signature line"):
            decode(_changed(change), bus=BUS)

    @pytest.mark.parametrize(("sizes", "sound"), [((), 10), ((13, 11), 10), ((11, 13), 11), ((11, 12), 10)])
    def test_that_withdraws_other_sizes_than_it_says_is_refused(self, sizes: tuple[int, ...], sound: int) -> None:
        with pytest.raises(Unreadable, match="does not withdraw"):
            decode(_value(RESTATED._replace(sizes=sizes, sound=sound)), bus=BUS)

    @given(st.binary(max_size=60) | st.none() | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda one: st.lists(one, max_size=3)
        | st.dictionaries(st.sampled_from(["v", "statement", "kind", "node", "partitions"]), one),
        max_leaves=8,
    ).map(lambda value: json.dumps({"v": 1, "statement": value, "key_id": "k", "signature": ""}).encode()))  # fmt: skip
    def test_that_is_garbage_is_refused_and_nothing_else_happens(self, value: bytes | None) -> None:
        with pytest.raises(Unreadable, match="statement"):
            decode(value, bus=BUS)
