"""How do commands reach what the register dockets of a node say of campaigns and reports?"""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from getpass import getuser
from typing import Annotated, NamedTuple
from uuid import UUID

import typer

from yisong.audit import readings
from yisong.campaigns.reading import Reader
from yisong.home import Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Law
from yisong.postgres import connect
from yisong.postgres.connection import Rows
from yisong.publishing.instants import to_ms
from yisong.publishing.opening import Opener, line_keys

Whose = Annotated[Agency, typer.Option(help="Whose node to ask: it reads what its line may read.")]
At = Annotated[str | None, typer.Option(help="As of this instant (RFC 3339), by what was known then; default: now.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


class Reached(NamedTuple):
    """The law of the bus that runs, a node's database, what reads its register dockets, and as whom it reads."""

    law: Law
    connection: Rows
    reader: Reader
    organ: str

    def note(self, purpose: str, events: Iterable[UUID]) -> None:
        """Write down that the bodies of *events* are shown, where there are any."""
        note_shown(self.connection, self.organ, purpose, events)


def note_shown(connection: Rows, organ: str, purpose: str, events: Iterable[UUID]) -> None:
    """Write down that whoever types shows himself the bodies of *events*, for the node whose system organ it is."""
    shown = list(dict.fromkeys(events))
    if shown:
        who = readings.Reader(getuser(), organ)
        readings.note_reading(connection, who, what="register", case_id="", purpose=purpose, events=shown)


@contextmanager
def register_dockets(agency: Agency) -> Iterator[Reached]:
    """Reach the node of *agency*. Raises BusNotFound or BusUnreachable."""
    home = Home.find()
    running = home.need_running()
    law = law_of(home, running)
    with closing(connect(running.dsn[agency], autocommit=True, name="yisong-campaigns")) as connection:
        opener = Opener(connection, home.keystore(), own=line_keys(law, agency))
        yield Reached(
            law, connection, Reader(connection, law, agency=agency, key_of=opener.content_key), law.system_organ(agency)
        )


def instant_of(at: str | None) -> int | None:
    """Return the instant (ms) that an option states. Raises BadParameter where it states none."""
    try:
        return None if at is None else to_ms(at)
    except ValueError as fault:
        raise typer.BadParameter("is no instant such as 2016-08-03T12:00:00+08:00", param_hint="--at") from fault
