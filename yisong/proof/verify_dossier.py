"""
Does this dossier hold all of a case up to its last record, with the verdicts that the rules give? Twelve steps.

Each raises NotProven. Steps 4 and 5 are those of a receipt for every record at once; 6 and 7 are what makes the whole
more than its receipts; 11 is what no cosigner has to be believed for.
"""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Final

from yisong.envelope.codec import SALT_BYTES, encode_envelope
from yisong.envelope.header import Header
from yisong.envelope.leaf import Leaf, leaf_hash
from yisong.errors import ContractFault, NotProven, Undecodable, Unreadable
from yisong.ledger import Law
from yisong.proof.author import check_author
from yisong.proof.dossier import Dossier, Record, parse_dossier
from yisong.proof.dossier_page import PAGE_FORM, dossier_page
from yisong.proof.dossier_words import Judged, dossier_statement
from yisong.proof.exact import shown
from yisong.proof.leaves import check_chain, check_path, leaf_in
from yisong.proof.policy import Policy
from yisong.proof.refold import Folded, refold
from yisong.proof.statement import Statement
from yisong.proof.steps import check_bus, check_quorum, step
from yisong.rulebook.model import Key
from yisong.schemas import decode_body, rulebook_of

#: The event type of the notice that closes a dossier.
CLOSING: Final = "DossierIssued"

Leaves = Sequence[tuple[Leaf, Header | None]]


def verify_dossier(
    data: bytes,
    *,
    policy: Policy,
    keys: Mapping[str, Key] | None = None,
    rulebooks: Collection[bytes] = (),
    restatements: Collection[bytes] = (),
) -> Statement:
    """
    Return what the dossier *data* proves under *policy*; Unreadable, NotProven: nothing, and in which step.

    *keys*: rows of the directory by key id, from whom the reader trusts. *rulebooks*: hashes of versions of the
    rulebook that the reader knows to be those of the bus; without the dossier's among them, what it says of the rules
    is believed of nobody, and the statement says so. *restatements*: what nodes have taken back, as they signed it,
    besides what the dossier brings along.
    """
    with step(1, "read the archive, and compare every file with the manifest"):
        dossier = parse_dossier(data)
    with step(2, "is it of the bus whose nodes the policy names"):
        origin = check_bus(dossier.signed, policy)
    with step(3, "does each leaf stand in this docket of this log"):
        leaves = [leaf_in(record.leaf, dossier.case_id, origin) for record in dossier.records]
    with step(4, "are there enough cosignatures of this checkpoint"):
        taken_back = (*dossier.restatements, *restatements)
        found = check_quorum(dossier.signed, policy=policy, keys=keys, restatements=taken_back)
    with step(5, "does each path lead from its leaf to the root"):
        for (leaf, _), record in zip(leaves, dossier.records, strict=True):
            check_path(leaf_hash(record.leaf), leaf.offset, record.path, dossier.signed.checkpoint)
    with step(6, "is the docket whole, from its first record on and in its order"):
        check_chain([leaf for leaf, _ in leaves], [record.leaf for record in dossier.records], first=1)
    with step(7, "does the notice that the dossier was made close it"):
        _check_closed(leaves)
    with step(8, "is each body the one that travelled"):
        for number, ((leaf, header), record) in enumerate(zip(leaves, dossier.records, strict=True), start=1):
            _check_body(number, leaf, header, record)
        _check_mask(dossier, leaves[-1][1])
    with step(9, "did the authors sign"):
        signed = _check_authors(leaves, bus=origin.bus, keys=keys)
    with step(10, "read the rulebook"):
        law = read_law(dossier, bus=origin.bus)
    with step(11, "do the rules give these verdicts"):
        folded = refold([record.leaf for record in dossier.records], law)
    with step(12, "does the page say what the records say"):
        _check_page(dossier, folded, law)
    known = law.rulebook.hash in rulebooks
    return dossier_statement(dossier, Judged(leaves, found, law, signed, known))


def read_law(dossier: Dossier, *, bus: str) -> Law:
    """Return the law that the dossier brings along. Raises NotProven: no line of versions; Unreadable: none of ours."""
    previous = None
    for n, version in enumerate((signed.version for signed in dossier.versions), start=1):
        if version.n != n or version.prev_hash != previous:
            raise NotProven(f"The versions of the rulebook do not follow one another: in place {n} stands another.")
        previous = version.hash
    try:
        law = Law.of([rulebook_of(signed.version) for signed in dossier.versions])
    except ContractFault as fault:
        raise Unreadable(f"This release cannot follow a version of the rulebook in it. {fault}") from fault
    if law.bus.name != bus:
        raise NotProven(f"The rulebook is of another bus, {shown(law.bus.name.encode())}.")
    return law


def _check_closed(leaves: Leaves) -> None:
    leaf, header = leaves[-1]
    if leaf.verdict != "admitted" or header is None or header.event_type != CLOSING:
        raise NotProven("The last record is not the notice that a dossier was issued: the end was cut off.")


def _check_body(number: int, leaf: Leaf, header: Header | None, record: Record) -> None:
    if record.body is None:
        return
    if leaf.header is None or sha256(record.body).digest() != leaf.carried_hash:
        raise NotProven(f"The body of record {number} is not what travelled with it.")
    value = encode_envelope(leaf.header, record.body, leaf.signatures)
    if sha256(value).digest() != leaf.record_hash:
        raise NotProven(f"Header, body and signatures of record {number} are not the record that was stored.")
    committed = header is None or header.sealing != "clear" or leaf.carried_hash == header.body_hash
    if not committed and leaf.verdict in ("admitted", "admitted-late"):
        raise NotProven(f"The body of record {number} is not the one that its author signed.")


def _check_mask(dossier: Dossier, notice: Header | None) -> None:
    """See that the notice on the log says of the mask what the manifest says; where its body is in, and in clear."""
    body = dossier.records[-1].body
    if body is None or notice is None or notice.sealing != "clear":
        return
    try:
        said = decode_body(notice.body_schema, body[SALT_BYTES:]).get("masked")
    except Undecodable as fault:
        raise NotProven("The body of the notice that the dossier was issued cannot be read.") from fault
    if said is not (dossier.mask is not None):
        log, here = ("masked" if one else "not masked" for one in (said, dossier.mask is not None))
        raise NotProven(f"The notice on the log says that the dossier is {log}, and the manifest that it is {here}.")


def _check_authors(leaves: Leaves, *, bus: str, keys: Mapping[str, Key] | None) -> int:
    """Return how many records were seen to be signed by their authors, by the reader's own keys."""
    if keys is None:
        return 0
    genuine = [(leaf, header) for leaf, header in leaves if header is not None and leaf.verdict != "refused"]
    for leaf, header in genuine:
        check_author(leaf, header, bus=bus, keys=keys)
    return len(genuine)


def _check_page(dossier: Dossier, folded: Sequence[Folded], law: Law) -> None:
    """See that the page is the one that is written of these records: who reads it alone is not to be deceived."""
    if dossier.page_form != PAGE_FORM:
        raise Unreadable(f"history.html is written in form {dossier.page_form}, and only {PAGE_FORM} is known here.")
    bodies = [record.body for record in dossier.records]
    if dossier.page != dossier_page(folded, bodies, law, mask=dossier.mask):
        raise NotProven("history.html tells another story than the records.")
