"""What does one need to know of a bus in order to publish or read? Where it is, its law, and one's own keys."""

from dataclasses import dataclass
from os import fspath
from pathlib import Path

from yisong.bootstrap import Bootstrap
from yisong.errors import BusNotFound
from yisong.home import Home, Running
from yisong.kafka.let_in import check_let_in
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Law
from yisong.publishing.signer import PrivateKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """
    A bus as an agency system sees it.

    *bootstrap*: ``host:port`` of Kafka, and as whom one goes there where it asks. *keys*: the private keys of the
    organs it speaks for.
    """

    bootstrap: Bootstrap
    law: Law
    keys: PrivateKeys


def find_home(home: Home | Path | str | None) -> Home:
    """Return *home* as a `Home`; ``None`` = ``YISONG_HOME``, or ``.yisong/`` in the current folder."""
    match home:
        case Home():
            return home
        case None:
            return Home.find()
        case _:
            return Home(Path(fspath(home)))


def access_of(home: Home, running: Running) -> Access:
    """Return the access to the bus that is *running* from *home*. Raises as `check_let_in` and `law_of`."""
    check_let_in(running.bootstrap)
    return Access(bootstrap=running.bootstrap, law=law_of(home, running), keys=home.keystore())


def node_dsn(running: Running, law: Law, publisher: str) -> str:
    """
    Return the database of the node that hosts *publisher*. Raises ``BusNotFound`` where no node of it runs here.

    An organ that is not in the directory has no node either; the validation says so before this is asked.
    """
    organ = law.organs.get(publisher)
    agency = "" if organ is None else organ.node or organ.role
    if not running.nodes or agency not in running.dsn:
        raise BusNotFound(
            f"No node of {publisher} runs from this home, so nobody would send what it publishes. "
            "Start the nodes with `yisong up`, or publish without a node: name a file for the store."
        )
    return running.dsn[agency]


def no_node(publisher: str) -> str:
    """Raise ``BusNotFound``: whoever has no home knows of no node."""
    raise BusNotFound(
        f"Where the node of {publisher} keeps its outbox is not known here, so nothing was published. "
        "Name a file for the store to publish without a node."
    )
