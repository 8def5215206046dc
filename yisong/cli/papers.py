"""How does the police line note what was handed in with a referral? ``yisong papers receive REFERRAL KIND=FILE…``."""

import time
from collections.abc import Sequence
from contextlib import closing
from hashlib import file_digest
from pathlib import Path
from typing import Annotated

import orjson
import typer

from yisong.cli.page import page, ruled
from yisong.desk.paper_intake import PaperIntake
from yisong.desk.papers import Paper
from yisong.errors import NotImportable
from yisong.home import Home
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Law
from yisong.postgres import connect

app = typer.Typer(help="The papers 材料 of referrals, noted by their hashes: the files stay where they are.")

Referral = Annotated[str, typer.Argument(metavar="REFERRAL", help="The id of the referral.")]
Files = Annotated[list[str], typer.Argument(metavar="KIND=FILE…", help="As transfer_letter=letter.ofd.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def receive(referral: Referral, files: Files, *, json: AsJson = False) -> None:
    """
    Note papers that were handed in with REFERRAL, so that the desk can compare them with the manifest.

    Before the referral arrives or after: once all are there, a machine signs the receipt where the agency's policy says
    so, and until then the officer who owes it sees what is missing.
    """
    home = Home.find()
    running, now = home.need_running(), time.time_ns() // 1_000_000
    papers = _papers(files, law_of(home, running), now=now)
    with closing(connect(running.dsn["police"], autocommit=True, name="yisong-papers")) as connection:
        new = PaperIntake(connection).receive(referral, papers)
    if json:
        rows = [{"kind": one.kind, "sha256": one.sha256.hex(), "size": one.size} for one in papers]
        typer.echo(orjson.dumps({"new": new, "papers": rows}, option=orjson.OPT_INDENT_2))
        return
    table = [(one.kind, one.sha256.hex(), str(one.size)) for one in papers]
    page().print(ruled(f"{new} of {len(papers)} not noted before", ("kind", "sha256", "size"), table), soft_wrap=True)


def _papers(files: Sequence[str], law: Law, *, now: int) -> tuple[Paper, ...]:
    """Hash all files, or raise NotImportable that names every one that cannot be taken."""
    kinds = law.rulebook.catalogue.enums["attachment_kind"]
    papers, faults = [], []
    for n, one in enumerate(files, start=1):
        kind, equals, name = one.partition("=")
        if not equals or kind not in kinds:
            faults.append(f"{n}: must be KIND=FILE, with KIND one of {', '.join(kinds)}")
            continue
        try:
            with Path(name).open("rb") as file:
                digest = file_digest(file, "sha256").digest()
                papers.append(Paper(kind, digest, file.tell(), now))
        except OSError as fault:
            faults.append(f"{n}: cannot be read ({fault.strerror})")
    if faults:
        raise NotImportable("Not all of these are papers; nothing was noted.", faults)
    return tuple(papers)
