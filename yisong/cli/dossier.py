"""How does one hand all of a case to a court? ``yisong dossier``: one file that says that nothing is missing."""

from pathlib import Path
from typing import Annotated

import orjson
import typer

from yisong.audit.dossiers import dossier_to, notice_of, receiver_of
from yisong.audit.receipts import Place
from yisong.audit.trails import Trail, open_trail, present
from yisong.cli.page import page
from yisong.cli.proving import verified, when_cosigned
from yisong.envelope.case_id import is_case_id
from yisong.errors import NotPublishable
from yisong.home import Agency, Home
from yisong.kafka.rulebook_topic import law_of, read_versions
from yisong.ledger import Law
from yisong.proof.dossier import Dossier, dossier_bytes
from yisong.proof.policy import QUORUM
from yisong.proof.statement import Statement
from yisong.publishing.published import Published
from yisong.publishing.publisher import Publisher
from yisong.publishing.rounds import wall_clock
from yisong.rulebook.version import SignedVersion

Case = Annotated[str, typer.Argument(help="The case id, CRB-…")]
Output = Annotated[Path, typer.Option("-o", "--output", dir_okay=False, help="Write the dossier to this file.")]
Mask = Annotated[
    str | None,
    typer.Option(help="Leave out every body that this organ, or this role, may not see.", show_default=False),
]
To = Annotated[
    str | None,
    typer.Option(help="The organ that gets it; by default that of the node in the region.", show_default=False),
]
Purpose = Annotated[str, typer.Option(help="Why it is made, for the notice on the log.")]
Node = Annotated[Agency, typer.Option(help="Whose trail to read, and which node says so.")]
Timeout = Annotated[float, typer.Option(help="How many seconds to wait for the verdict, and again for the quorum.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def dossier(  # noqa: PLR0913 (the command's options)
    case: Case,
    *,
    output: Output,
    mask: Mask = None,
    to: To = None,
    purpose: Purpose = "出具卷宗",
    node: Node = "police",
    timeout: Timeout = 60.0,
    json: AsJson = False,
) -> None:
    """
    Write the dossier of CASE: every record with its verdict and proof, the rulebook, and a page to read.

    That it was made goes on the log first; the notice closes the dossier, and says up to where it is complete.
    """
    if not is_case_id(case):
        raise typer.BadParameter(f"{case} is no case id: its form is CRB-980100-2016-000021-5")
    home = Home.find()
    running = home.need_running()
    law = law_of(home, running)
    _check_mask(mask, law)
    with open_trail(running, node) as trail:
        named = to or (mask if mask in law.organs else None)
        notice = _announce(home, trail, case, law, to=named, purpose=purpose, masked=mask is not None, wait=timeout)
        made = _await(trail, case, notice, law, _versions(home, law), mask=mask, timeout=timeout)
    data = dossier_bytes(made)
    said = verified(data, law)
    output.write_bytes(data)
    _tell(said, output, json=json)


def _check_mask(mask: str | None, law: Law) -> None:
    organs = law.organs
    if mask is not None and mask not in organs and mask not in {organ.role for organ in organs.values()}:
        raise typer.BadParameter(f"{mask} is no organ of the directory and no role: name whom it is masked for")


def _announce(  # noqa: PLR0913 (what the notice says, and where)
    home: Home, trail: Trail, case: str, law: Law, *, to: str | None, purpose: str, masked: bool, wait: float
) -> Published:
    """Put the notice on the log and return what became of it. Exit code 1 where the case is not known."""
    docket = trail.docket(case)
    if docket is None:
        typer.echo(f"The trail of {trail.agency} knows nothing of {case}, so there is nothing to put in.", err=True)
        raise typer.Exit(1)
    now = wall_clock()
    as_of = present(docket, law, live=trail.live(), now=now)
    receiver = to or receiver_of(case, trail.agency, law, at=as_of)
    if receiver is None:
        raise typer.BadParameter(f"{trail.agency} has no organ that could get it: name one with --to")
    header, body, at = notice_of(docket, trail, law, to=receiver, purpose=purpose, masked=masked, now=now)
    with Publisher(home) as publisher:
        return publisher.publish_header(header, body, at=at, wait="verdict", timeout=wait)


def _await(  # noqa: PLR0913 (of what, where it ends, by which law, for whom, how long)
    trail: Trail,
    case: str,
    notice: Published,
    law: Law,
    versions: tuple[SignedVersion, ...],
    *,
    mask: str | None,
    timeout: float,
) -> Dossier:
    if notice.position is None or notice.verdict != "admitted":
        raise NotPublishable(
            "That a dossier is made was not admitted to the log, so there is none. Nothing was written.",
            [f"the notice: {notice.reason or notice.verdict or 'not logged'}"],
        )
    last = Place(notice.position.partition, notice.position.offset, case, notice.verdict, None)
    return when_cosigned(
        lambda: dossier_to(trail, last, law, versions, mask=mask, least=QUORUM),
        trail,
        law,
        what=f"The notice at {last}",
        partition=last.partition,
        offset=last.offset,
        timeout=timeout,
    )


def _versions(home: Home, law: Law) -> tuple[SignedVersion, ...]:
    """Return the versions that *law* was made of; more may have come since."""
    valid = read_versions(home, home.need_running()).valid[: len(law.versions)]
    return tuple(SignedVersion(version=one.version) for one in valid)


def _tell(said: Statement, output: Path, *, json: bool) -> None:
    names = ("case_id", "records", "bodies", "mask", "complete_to", "rulebook", "size", "have", "of")
    facts = {name: said.facts[name] for name in names}
    if json:
        typer.echo(orjson.dumps({**facts, "file": str(output)}, option=orjson.OPT_INDENT_2))
        return
    page().print(
        f"{facts['case_id']} is complete up to {facts['complete_to']}: {facts['records']} records, {facts['bodies']} "
        f"bodies, recorded by {facts['have']} of {facts['of']} nodes. Dossier: {output}",
        markup=False,
        soft_wrap=True,
    )
