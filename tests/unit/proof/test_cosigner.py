"""With which keys does a node cosign? One of Ed25519, and one of ML-DSA-44 beside it where the rulebook has a row."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.proof.dossier_world import BUS, good, profile
from yisong.errors import KeyNotUsable
from yisong.ledger import Law
from yisong.proof.announcement import Announced
from yisong.proof.checkpoint import After
from yisong.proof.cosigner import Cosigner, Nodes
from yisong.proof.cosigners import cosigners
from yisong.proof.policy import policy_of
from yisong.rulebook.model import Key
from yisong.schemas import genesis
from yisong.signing.keystore import Keystore

CHECKPOINT = good().signed.checkpoint
PARTITION, AT = 4, 1_470_000_000_000
BORN, ENDED = 1_400_000_000_000, 1_460_000_000_000


@pytest.fixture
def keys(tmp_path: Path) -> Keystore:
    """Make keys of the police's node: to cosign by Ed25519, later by ML-DSA-44."""
    store = Keystore(tmp_path)
    store.new("S-police", "cosign", valid_from=BORN)
    store.new("S-police", "cosign", valid_from=BORN, algorithm="ml-dsa-44")
    return store


def _nodes(*rows: Key) -> Nodes:
    return Nodes(_law(*rows))


def _law(*rows: Key) -> Law:
    others = tuple(key for key in profile().keys if key.use != "cosign" and key.org != "S-police")
    return Law(genesis(replace(profile(), keys=(*others, *rows))))


def _announced(first: Cosigner, second: Cosigner) -> Announced:
    said = (PARTITION, CHECKPOINT.size, CHECKPOINT.root)
    return Announced(*said, first.line(*said, time=AT // 1000), second.line(*said, time=AT // 1000))


def _both(nodes: Nodes, keys: Keystore) -> tuple[Cosigner, Cosigner]:
    second = nodes.second("police", keys, at=AT)
    assert second is not None
    return nodes.own("police", keys, at=AT), second


class TestASecondKey:
    def test_signs_beside_the_first_and_never_in_its_place(self, keys: Keystore) -> None:
        """Statements and first lines stay of Ed25519, although the other key has the higher number."""
        nodes = _nodes(*keys.keys())
        first, second = _both(nodes, keys)
        said = _announced(first, second)

        assert (first.key.algorithm, second.key.algorithm) == ("Ed25519", "ML-DSA-44")
        assert nodes.cosigned("police", said)
        assert nodes.seconded("police", said)
        assert said.second is not None
        swapped = said._replace(line=said.second, second=said.line)
        assert not nodes.cosigned("police", swapped)
        assert not nodes.seconded("police", swapped)

    def test_that_has_ended_says_nothing(self, keys: Keystore) -> None:
        """The first line stands without it."""
        first, second = _both(_nodes(*keys.keys()), keys)
        ended = _nodes(keys.keys()[0], replace(keys.keys()[1], revoked_from=ENDED))

        assert ended.cosigned("police", _announced(first, second))
        assert not ended.seconded("police", _announced(first, second))
        assert ended.second("police", keys, at=AT) is None

    def test_that_is_registered_and_not_here_is_told(self, keys: Keystore, tmp_path: Path) -> None:
        nodes = _nodes(*keys.keys())
        with pytest.raises(KeyNotUsable, match="S-police#2 is not in"):
            nodes.second("police", Keystore(tmp_path / "elsewhere"), at=AT)
        assert _nodes(keys.keys()[0]).second("police", keys, at=AT) is None

    def test_makes_no_second_witness_of_the_node(self, keys: Keystore) -> None:
        """Both keys stand behind one member of the quorum."""
        policy = policy_of(cosigners(_law(*keys.keys()).rulebook), quorum=1)

        assert {key.name for key in policy.witnesses.values()} == {f"{BUS}/police"}
        assert policy.count(("police-1", "police-2")) == policy.count(("police-2",)) == (1, 1, 1)


class TestALineOfALaterOrigin:
    def test_holds_under_no_other(self, keys: Keystore) -> None:
        """One that was replayed from the old origin says nothing of the new, although size and root are the same."""
        nodes = _nodes(*keys.keys())
        first, _ = _both(nodes, keys)
        said, after = (PARTITION, CHECKPOINT.size, CHECKPOINT.root), After(2, 7, bytes(32))
        old = Announced(*said, first.line(*said, time=AT // 1000))
        new = Announced(*said, first.line(*said, time=AT // 1000, after=after), after=after)

        assert nodes.cosigned("police", old)
        assert nodes.cosigned("police", new)
        assert not nodes.cosigned("police", old._replace(after=after))
        assert not nodes.cosigned("police", new._replace(after=None))
        assert not nodes.cosigned("police", new._replace(after=after._replace(number=3)))


class TestTheNodesThatARulebookNames:
    def test_are_those_of_the_version_in_force(self, keys: Keystore) -> None:
        """A node whose key is registered later is not waited for before."""
        others = tuple(key for key in profile().keys if key.org != "S-police")
        first = genesis(replace(profile(), keys=others))
        later = replace(genesis(replace(profile(), keys=(*others, keys.keys()[0]))), n=2, effective_from=ENDED)
        nodes = Nodes(Law.of([first, later]))

        assert nodes.named(ENDED - 1) == {"cac", "copyright", "miit"}
        assert nodes.named(ENDED) == nodes.names == {"cac", "copyright", "miit", "police"}
