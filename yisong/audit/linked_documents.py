"""How do linked cases and joint supervisions look to programs? The same for the command line and over HTTP."""

from collections.abc import Iterable

from yisong.audit.clusters import Cluster, Group, Link, Member
from yisong.audit.linked import Linked
from yisong.audit.supervised import Progress, Supervision
from yisong.ledger import Clock
from yisong.publishing.instants import to_text

Document = dict[str, object]


def linked_document(found: Linked) -> Document:
    """Return groups and supervisions; instants in RFC 3339 with +08:00, what can't be read here is null and said so."""
    return {
        "groups": [group_document(one) for one in found.groups],
        "supervisions": [supervision_document(one) for one in found.supervisions],
    }


def group_document(one: Group) -> Document:
    """Return a group: its members, each once, its links in log order, and its clusters with their own totals."""
    return {
        "cases": _members(one.members),
        "total": one.total._asdict(),
        "links": [_link(link) for link in one.links],
        "sources": list(one.sources),
        "clusters": [_cluster(cluster) for cluster in one.clusters],
    }


def _link(link: Link) -> Document:
    return link._asdict() | {"log_time": to_text(link.log_time)}


def _cluster(one: Cluster) -> Document:
    members = [member.case_id for member in one.members]
    return {"cluster": one.id, "lead": one.lead, "cases": members, "total": one.total._asdict()}


def _members(members: Iterable[Member]) -> list[Document]:
    return [
        {
            "case_id": one.case_id,
            "state": one.state,
            "owner": one.owner,
            "filed_at": None if one.filing is None else to_text(one.filing.log_time),
            "amount_fen": None if one.filing is None else one.filing.amount_fen,
            "amount_readable": one.filing is None or one.filing.readable,
            "clusters": list(one.clusters),
        }
        for one in members
    ]


def supervision_document(one: Supervision) -> Document:
    """Return a joint supervision with the states of all its members."""
    return {
        "supervision": one.ref.id,
        "case_id": one.case_id,
        "orderer": one.orderer,
        "doc_no": one.doc_no,
        "ordered_at": to_text(one.ordered_at),
        "leads": list(one.leads),
        "level": one.level,
        "state": one.state,
        "members": [member._asdict() for member in one.members],
        "open_members": list(one.open_members),
        "co_signers": {
            each.co_signer: None if each.acknowledged_at is None else to_text(each.acknowledged_at)
            for each in one.acknowledgements
        },
        "awaited": list(one.awaited),
        "reports": [_progress(report) for report in one.reports],
        "due": _clock(one.due),
        "report_due": _clock(one.report_due),
        "lifted": None
        if one.lifted is None
        else {"variant": one.lifted.variant, "log_time": to_text(one.lifted.log_time)},
    }


def _progress(one: Progress) -> Document:
    return one._asdict() | {"log_time": to_text(one.log_time)}


def _clock(clock: Clock | None) -> Document | None:
    if clock is None:
        return None
    return {
        "clock_id": clock.id,
        "due_strict": to_text(clock.due_strict),
        "due_rolled": to_text(clock.due_rolled),
        "owed_by": list(clock.owed_by),
        "outcome": clock.outcome,
        "provisional": clock.provisional,
    }
