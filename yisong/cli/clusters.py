"""How does one see which cases hang together, and how joint supervisions stand? ``yisong clusters``."""

import time
from contextlib import closing
from typing import Annotated, Final

import orjson
import typer
from rich.console import Console

from yisong.audit.clusters import Filing, Group, Link, Member, Total
from yisong.audit.linked import bodies_in
from yisong.audit.linked import linked as read_linked
from yisong.audit.linked_documents import linked_document
from yisong.audit.supervised import Supervision
from yisong.cli.page import due, instant, page, ruled, verdict
from yisong.cli.register_dockets import note_shown
from yisong.errors import BusNotFound
from yisong.home import Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Clock, Law
from yisong.postgres import connect

Which = Annotated[str | None, typer.Argument(help="A case, a cluster or a supervision; all where not said.")]
Whose = Annotated[Agency, typer.Option(help="Whose node to ask: it reads what its line may read.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]

_NOT_READABLE: Final = "not readable here"
_UNKNOWN: Final = "unknown"
_NO_DOCKET: Final = "not on this bus"
_MEMBER: Final = ("case", "state", "owner", "filed as a crime", "amount (yuan)", "cluster")
_LINK: Final = ("case", "link", "with", "said by", "logged")
_SUPERVISED: Final = ("member case", "state", "owner", "dealt with")


def clusters(which: Which = None, *, agency: Whose = "copyright", json: AsJson = False) -> None:
    """
    Show linked cases over dockets, as groups, with their clusters; and joint supervisions with all their members.

    Each case counts once. What a cluster comes to stands apart from its members, and is not to be added to them.
    """
    home = Home.find()
    running = home.need_running()
    law = law_of(home, running)
    with closing(connect(running.dsn[agency], autocommit=True, name="yisong-clusters")) as connection:
        found = read_linked(connection, law, agency=agency, keys=home.keystore(), now=int(time.time() * 1000))
        shown = found if which is None else found.of(which)
        note_shown(connection, law.system_organ(agency), "clusters 并案关联与联合督办", bodies_in(shown))
    if which is not None and not any(shown):
        raise BusNotFound(
            f"Nothing on this bus links a case {which}, and no cluster or supervision has that id. "
            "`yisong clusters` lists those that there are."
        )
    if json:
        typer.echo(orjson.dumps(linked_document(shown), option=orjson.OPT_INDENT_2))
        return
    console = page()
    if not any(shown):
        console.print("No case is linked to another, and none is supervised.")
    for group in shown.groups:
        _group(console, group, law)
    for one in shown.supervisions:
        _supervision(console, one)


def _group(console: Console, one: Group, law: Law) -> None:
    title = f"{len(one.members)} cases that hang together: {_said_total(one.total)}"
    console.print(ruled(title, _MEMBER, [_member_row(member) for member in one.members]), soft_wrap=True)
    labels = law.rulebook.catalogue.variant_labels
    rows = [
        (
            link.case_id,
            f"{labels.get(link.kind, '')} {link.kind}".strip() + _which(link),
            f"{'← ' if link.kind == 'upstream' else ''}{', '.join(link.others)}",
            link.organ,
            instant(link.log_time),
        )
        for link in one.links
    ]
    console.print(ruled("Links 关联 (←: comes from)", _LINK, rows), soft_wrap=True)
    if one.sources:
        console.print(f"Where it comes from, as far as is known: {', '.join(one.sources)}", soft_wrap=True)
    for cluster in one.clusters:
        led = "" if cluster.lead is None else f", led by {cluster.lead}"
        console.print(f"Cluster {cluster.id or _NOT_READABLE}{led}: {_said_total(cluster.total)}", soft_wrap=True)


def _which(link: Link) -> str:
    if link.kind != "cluster":
        return ""
    return f" {link.cluster}" if link.readable else f" ({_NOT_READABLE})"


def _member_row(one: Member) -> tuple[str, ...]:
    state = _NO_DOCKET if one.state is None else one.state
    filed, amount = ("", "") if one.filing is None else (instant(one.filing.log_time), _amount(one.filing))
    return one.case_id, state, one.owner or "", filed, amount, ", ".join(one.clusters)


def _amount(filing: Filing) -> str:
    if not filing.readable:
        return _NOT_READABLE
    return _UNKNOWN if filing.amount_fen is None else _yuan(filing.amount_fen)


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02}"


def _said_total(total: Total) -> str:
    said = f"{total.cases} cases, {total.criminal} filed as crimes"
    if total.criminal > total.unknown + total.not_readable:
        said += f", {_yuan(total.amount_fen)} yuan"
    for count, why in ((total.unknown, "with an amount unknown"), (total.not_readable, f"with one {_NOT_READABLE}")):
        said += f", {count} {why}" if count else ""
    return said


def _supervision(console: Console, one: Supervision) -> None:
    level = _NOT_READABLE if one.level is None else one.level
    title = f"Supervision {one.ref.id} ({level}), ordered by {one.orderer} {instant(one.ordered_at)}: {one.state}"
    rows = [
        (
            member.case_id,
            _NO_DOCKET if member.state is None else member.state,
            member.owner or "",
            verdict("on_time", said="yes") if member.dealt_with else verdict("late", said="no"),
        )
        for member in one.members
    ]
    console.print(ruled(title, _SUPERVISED, rows), soft_wrap=True)
    console.print(f"  led by {', '.join(one.leads)}; due {_clock(one.due)}", soft_wrap=True)
    said = [f"{each.co_signer} {_acknowledged(each.acknowledged_at)}" for each in one.acknowledgements]
    console.print(f"  co-signers: {', '.join(said) or 'none'}", soft_wrap=True)
    filed = [
        f"{each.variant} on {each.period or _NOT_READABLE} by {each.organ} {instant(each.log_time)}"
        for each in one.reports
    ]
    console.print(f"  reports: {'; '.join(filed) or 'none'}", soft_wrap=True)
    if one.report_due is not None:
        console.print(f"  next report due {_clock(one.report_due)}", soft_wrap=True)
    if one.lifted is not None:
        console.print(f"  lifted {instant(one.lifted.log_time)}, {one.lifted.variant}", soft_wrap=True)


def _acknowledged(at: int | None) -> str:
    return "not yet" if at is None else instant(at)


def _clock(clock: Clock | None) -> str:
    if clock is None:
        return "at no date"
    rolled = "" if clock.due_rolled == clock.due_strict else f" (rolled {due(clock.due_rolled)})"
    return f"{due(clock.due_strict)}{rolled}, {clock.outcome}"
