"""Is a node well? Only if its trail, its relay and its signer of checkpoints all come round."""

from threading import Event
from time import monotonic
from types import SimpleNamespace

import pytest

from services.trail.__main__ import Node
from services.trail.checkpoints import Signing, run_checkpoints
from tests.unit.proof.dossier_world import law
from yisong.metrics import Metrics
from yisong.signing.keystore import Keystore

LONG_AGO = -1_000.0


def _well(*, trail: float = 0.0, relay: float = 0.0, signer: float = 0.0, sender: bool = True) -> bool:
    """Ask a node whose parts came round so many seconds ago."""
    now = monotonic()
    node = SimpleNamespace(
        _agency="police",
        _trail=SimpleNamespace(alive_at=now + trail, law=law(), positions={0: 7}),
        _relay=SimpleNamespace(alive_at=now + relay),
        _signed_at=now + signer,
        _settings=SimpleNamespace(sender=sender, checkpoint_seconds=5.0),
    )
    return Node._health(node) is not None  # type: ignore[arg-type]  # of a node, all that it looks at


def test_a_node_of_which_everything_comes_round_is_well() -> None:
    assert _well()


@pytest.mark.parametrize("part", ["trail", "relay", "signer"])
def test_a_node_of_which_one_part_is_stuck_is_not(part: str) -> None:
    assert not _well(**{part: LONG_AGO})  # type: ignore[arg-type]


def test_a_process_that_leaves_checkpoints_to_another_is_not_asked_for_them() -> None:
    assert _well(signer=LONG_AGO, sender=False)


def test_a_signer_that_waits_for_its_database_is_alive(tmp_path_factory: pytest.TempPathFactory) -> None:
    """That PostgreSQL is away is another alarm; the thread has not died of it."""
    stop, rounds = Event(), []

    def alive() -> None:
        rounds.append(1)
        stop.set()

    dsn = "postgresql://nobody@127.0.0.1:1/nowhere?connect_timeout=2"
    keys = Keystore(tmp_path_factory.mktemp("keys"))
    what = Signing(agency="police", dsn=dsn, bootstrap="127.0.0.1:1", keys=keys, law=law, every=0.01, alive=alive)
    run_checkpoints(what, Metrics("police"), stop)

    assert rounds == [1]
