"""At which node is an account or a token made, for which organ, by whom and when? What both commands share."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer

from yisong.accounts.rows import Database
from yisong.errors import NotAcceptable
from yisong.home import Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.postgres import connect

At = Annotated[Agency, typer.Argument(metavar="AGENCY", help="At which node: copyright, cac, miit or police.")]
Organ = Annotated[str, typer.Option(help="The organ of the directory (V9801) for which it reads and speaks.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@contextmanager
def owner_of(agency: Agency) -> Iterator[Database]:
    """Connect as the owner of a node's database: administrators are made, locked and unlocked by nobody else."""
    running = Home.find().need_running()
    with closing(connect(running.admin_dsn[agency], autocommit=True, name="yisong-accounts")) as database:
        yield database


def check_organ(agency: Agency, organ: str) -> None:
    """Raise NotAcceptable where the node of *agency* does not host *organ*, by the newest law."""
    home = Home.find()
    hosted = {one.id for one in law_of(home, home.need_running()).organs.values() if one.role == agency}
    if organ not in hosted:
        known = ", ".join(sorted(hosted))
        raise NotAcceptable("Nothing was changed.", [f"the node of {agency} hosts {known}, and no other organ"])


def now() -> int:
    """Return the machine's time in ms."""
    return time.time_ns() // 1_000_000
