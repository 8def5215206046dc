"""How is the dossier of a case made? Every record of its docket, all under one checkpoint, and a page to read."""

from collections.abc import Mapping
from typing import NamedTuple

from yisong.audit.receipts import Place
from yisong.audit.trails import Trail, present
from yisong.ledger import Docket, Law
from yisong.ledger.law import valid_at
from yisong.ledger.sharing import may_read
from yisong.proof.cosigners import cosigners
from yisong.proof.dossier import Dossier, Record
from yisong.proof.dossier_page import PAGE_FORM, dossier_page
from yisong.proof.inclusion import inclusion_proof
from yisong.proof.policy import policy_of
from yisong.proof.refold import refold
from yisong.publishing.instants import to_text
from yisong.rulebook.version import SignedVersion
from yisong.schemas import pii_level


def dossier_to(  # noqa: PLR0913 (where it ends, by which law, for whom, and how many must vouch)
    trail: Trail, last: Place, law: Law, versions: tuple[SignedVersion, ...], *, mask: str | None, least: int
) -> Dossier | None:
    """
    Return the dossier of the docket that *last* stands in, complete up to it, as *trail* has it.

    *last*: of the notice that closes it. *versions*: those that *law* was made of. *mask*: an organ or a role; bodies
    that it may not read are left out. None where *least* nodes have not yet cosigned a checkpoint over
    *last*. Raises BusUnreachable; NotProven where the trail is not what the rules make of its records.
    """
    signed = trail.cosignatures(law).smallest_over(last.partition, last.offset, least=least)
    if signed is None or last.docket is None:
        return None
    rows = trail.rows("dossier_entries", case_id=last.docket, partition=last.partition, offset=last.offset)
    folded = refold([leaf for _, leaf, _ in rows], law)
    readers = {one.offset: one.readers for one in may_read(((one.entry, one.docket) for one in folded), law)}
    bodies = [carried if _may_see(mask, readers.get(offset, frozenset()), law) else None for offset, _, carried in rows]
    reader = trail.tree(last.partition)
    records = tuple(
        Record(leaf, inclusion_proof(offset, signed.checkpoint.size, reader), body)
        for (offset, leaf, _), body in zip(rows, bodies, strict=True)
    )
    return Dossier(
        case_id=last.docket,
        mask=mask,
        signed=signed,
        versions=versions,
        records=records,
        policy=policy_of(cosigners(law.rulebook)).text,
        page_form=PAGE_FORM,
        page=dossier_page(folded, bodies, law, mask=mask),
        restatements=tuple(kept.value for kept in trail.cosignatures(law).restatements(last.partition)),
    )


def _may_see(mask: str | None, readers: frozenset[str], law: Law) -> bool:
    """Hold where *mask*, an organ or a role, is one of the *readers* of a body, or one of them is of that role."""
    return mask is None or any(mask in (organ, law.organs[organ].role) for organ in readers if organ in law.organs)


class Notice(NamedTuple):
    """A `DossierIssued` as it is to be published. *at*: its timestamp (ms) where the docket has a time of its own."""

    header: Mapping[str, object]
    body: Mapping[str, object]
    at: int | None


def notice_of(  # noqa: PLR0913 (of which docket, to whom, why, and when)
    docket: Docket, trail: Trail, law: Law, *, to: str, purpose: str, masked: bool, now: int
) -> Notice:
    """Return the notice that puts on the log that a dossier of *docket* is made, and closes it. *now*: ms."""
    live, case_id = trail.live(), docket.case_id
    body = {"purpose": purpose, "masked": masked}
    header = {
        "event_type": "DossierIssued",
        "case_id": case_id,
        "aggregate": {"kind": "case", "id": case_id},
        "publisher": law.system_organ(trail.agency),
        "occurred_at": to_text(present(docket, law, live=live, now=now)),
        "to": [to],
        "region_code": case_id[4:10],
        "pii_level": pii_level("DossierIssued", body),
    }
    # On a demo bus a docket has a time of its own, which being read does not move.
    own_time = law.bus.profile == "demo" and case_id not in live
    return Notice(header, body, docket.log_time if own_time else None)


def receiver_of(case_id: str, role: str, law: Law, *, at: int) -> str | None:
    """Return the organ of *role* in the region of a case at the instant *at* (ms), else one without a superior."""
    there = [one for one in law.organs.values() if one.role == role and valid_at(one.valid_from, one.valid_to, at)]
    local = [one.id for one in there if one.region_code == case_id[4:10]]
    return next(iter([*local, *(one.id for one in there if one.parent is None)]), None)
