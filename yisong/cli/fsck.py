"""How does one see that a node's database is still what its log gives? ``yisong fsck``."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from yisong.audit.fsck import Checked, Read, Snapshot, open_node
from yisong.cli.page import page, stranger
from yisong.home import AGENCIES, Home, Running
from yisong.kafka.log import reread
from yisong.kafka.rulebook_topic import law_of

DIFFERS = 3

Agency = Annotated[str | None, typer.Option(metavar="AGENCY", help=f"Only the node of: {', '.join(AGENCIES)}.")]
FromKafka = Annotated[bool, typer.Option("--from-kafka", help="Derive it from the log, not from the node's entries.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def fsck(*, agency: Agency = None, from_kafka: FromKafka = False, json: AsJson = False) -> None:
    """
    Derive verdicts, states, clocks, chain, leaves, tree and signed roots again, and compare them with what is kept.

    Each node as of one moment, while it goes on. Exit code 0 where nothing differs, else 3; the first difference of
    each node is named.
    """
    if agency is not None and agency not in AGENCIES:
        raise typer.BadParameter(f"one of {', '.join(AGENCIES)}", param_hint="--agency")
    home = Home.find()
    running = home.need_running()
    found = [_checked(home, running, one, from_kafka=from_kafka) for one in AGENCIES if agency in (None, one)]
    if json:
        typer.echo(orjson.dumps([as_json(one) for one in found], option=orjson.OPT_INDENT_2))
    else:
        for one in found:
            page().print(said(one), style="green" if one.difference is None else "red", soft_wrap=True)
    raise typer.Exit(0 if all(one.difference is None for one in found) else DIFFERS)


def _checked(home: Home, running: Running, agency: str, *, from_kafka: bool) -> Checked:
    def read(partition: int, end: int) -> Iterator:  # type: ignore[type-arg]
        return reread(running.bootstrap, spans={partition: (0, end)})

    with open_node(running.dsn[agency], agency) as node, _bar(node) as bar:
        law = law_of(home, running)
        source: Read | None = read if from_kafka else None
        return node.fsck(law, read=source, progress=lambda more: bar.advance(bar.task_ids[0], more))


@contextmanager
def _bar(node: Snapshot) -> Iterator[Progress]:
    """Show on a terminal how far a node is."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        bar.add_task(node.agency, total=node.entries)
        yield bar


def said(found: Checked) -> str:
    """Say what was found on one node, in a sentence."""
    entries = sum(found.upto.values())
    if found.difference is None:
        return (
            f"{found.agency}: {entries} entries, {found.dockets} dockets and {found.roots} signed roots are what the "
            "log and the rules give."
        )
    one = found.difference
    return escape(
        f"{found.agency}: the first difference is at partition {one.partition}, offset {one.offset}: {one.what}. Kept "
        f"is {shown(one.kept)}; it should be {shown(one.derived)}. The database was altered, or another law judged. "
        "See what the other nodes say (`yisong compare`); then "
        f"`yisong rebuild --agency {found.agency} --repair` puts what the log gives in its place, and keeps what was "
        "there as evidence."
    )


def shown(value: object) -> str:
    """Return a value as one can read it, whatever a stranger wrote; long bytes by their beginning."""
    if value is None:
        return "nothing"
    text = value.hex() if isinstance(value, bytes) else str(value)
    return stranger(text)


def as_json(found: Checked) -> dict[str, object]:
    """Return what was found on one node, for programs."""
    one = found.difference
    return {
        "agency": found.agency,
        "upto": {str(partition): upto for partition, upto in found.upto.items()},
        "dockets": found.dockets,
        "roots": found.roots,
        "difference": one and {**one._asdict(), "kept": shown(one.kept), "derived": shown(one.derived)},
    }
