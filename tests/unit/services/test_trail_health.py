"""Is a node well? Only if its trail, its relay and its signer of checkpoints all come round."""

from threading import Event
from time import monotonic
from types import SimpleNamespace

import pytest

from services.trail.__main__ import Node
from services.trail.checkpoints import Signing, run_checkpoints
from tests.unit.proof.dossier_world import law
from yisong.health import Health
from yisong.metrics import Metrics
from yisong.signing.keystore import Keystore

LONG_AGO = -1_000.0


def _health(
    *,
    trail: float | None = 0.0,
    relay: float = 0.0,
    signer: float = 0.0,
    sender: bool = True,
    refused: str | None = None,
    away: str | None = None,
) -> Health:
    """Ask a node whose parts came round so many seconds ago."""
    now = monotonic()
    node = SimpleNamespace(
        _agency="police",
        _trail=None if trail is None else SimpleNamespace(alive_at=now + trail, law=law(), positions={0: 7}),
        _sends_nothing=refused,
        _away=away,
        _relay=SimpleNamespace(alive_at=now + relay),
        _signed_at=now + signer,
        _settings=SimpleNamespace(sender=sender, checkpoint_seconds=5.0),
    )
    return Node._health(node)  # type: ignore[arg-type]  # of a node, all that it looks at


def test_a_node_of_which_everything_comes_round_is_well() -> None:
    found = _health()

    assert found.is_ready
    assert found.as_json()["positions"] == {"0": 7}


@pytest.mark.parametrize("part", ["trail", "relay", "signer"])
def test_a_node_of_which_one_part_is_stuck_is_not(part: str) -> None:
    found = _health(**{part: LONG_AGO})  # type: ignore[arg-type]

    assert not found.lives
    assert [part in why for why in found.stuck] == [True]


def test_a_node_whose_broker_is_away_lives_and_says_that_it_waits() -> None:
    """To start it anew would not bring the broker back."""
    found = _health(trail=None, away="Kafka does not answer.")

    assert (found.lives, found.is_ready) == (True, False)
    assert found.as_json()["why"] == ["Kafka does not answer."]


def test_a_node_that_has_not_begun_is_not_ready() -> None:
    assert _health(trail=None).waiting == ("it has not begun to follow the log yet",)


def test_a_node_whose_clock_is_a_minute_off_folds_and_says_why_it_sends_nothing() -> None:
    found = _health(refused="its sender sends nothing more. The clocks are 70000 ms apart.")

    assert (found.lives, found.is_ready) == (True, False)
    assert "70000 ms apart" in found.waiting[0]


def test_a_process_that_leaves_checkpoints_to_another_is_not_asked_for_them() -> None:
    assert _health(signer=LONG_AGO, sender=False).is_ready


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
