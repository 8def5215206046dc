"""
How is a dossier written? One archive: manifest, checkpoint, rulebook, each record with its path, and a page.

In this order: ``manifest.json`` (RFC 8785; lists the others with SHA-256 and size), ``checkpoint`` (C2SP signed note),
``policy`` (a C2SP tlog-policy, as a suggestion), ``restatements/0001.json`` … (what nodes have taken back of this log,
as they signed it; most logs have none), ``rulebook/0001.json`` … (every version, as on the topic `rulebook`,
without signatures), ``records/000001.leaf``, ``.path`` (hashes of 32 bytes from the leaf upwards) and ``.body`` (as it
travelled, where it is in) …, and ``history.html``.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from yisong.errors import ContractFault, NotProven, Unreadable
from yisong.proof.archive import archive, read_archive
from yisong.proof.canonical_file import Form, read_canonical
from yisong.proof.checkpoint import Signed, parse_origin, read_signed
from yisong.proof.exact import shown
from yisong.proof.tree import HASH_BYTES
from yisong.rulebook.identity import canonical
from yisong.rulebook.version import SignedVersion, decode, encode

#: The version that is written and read here.
VERSION: Final = "yisong-dossier/1"

_MANIFEST, _CHECKPOINT, _POLICY, _PAGE = "manifest.json", "checkpoint", "policy", "history.html"
_RESTATED: Final = "restatements/"
_FIELDS: Final = frozenset({"format", "page", "bus", "case_id", "mask", "records", "rulebook", "files"})
_FORM: Final = Form("manifest of a dossier", VERSION, _FIELDS)
_HIGHEST: Final = 63


class Record(NamedTuple):
    """One record of a docket: its *leaf*, the *path* to the root, and the *body* as it travelled, where that is in."""

    leaf: bytes
    path: tuple[bytes, ...]
    body: bytes | None


class Dossier(NamedTuple):
    """
    What shows all of one case.

    *mask*: for whose eyes bodies were left out, None where none was. *records*: the docket from its first record on.
    *versions*: of the rulebook, from the genesis version on. *policy*: as the maker suggests it; nobody has to believe
    it. *page* is the history to read, in the form *page_form*. *restatements*: what nodes have taken back of this log.
    """

    case_id: str
    mask: str | None
    signed: Signed
    versions: tuple[SignedVersion, ...]
    records: tuple[Record, ...]
    policy: bytes
    page_form: int
    page: bytes
    restatements: tuple[bytes, ...] = ()


def dossier_bytes(dossier: Dossier) -> bytes:
    """Return the file of *dossier*; the same dossier is the same bytes. Inverse of `parse_dossier`."""
    files = dict(_files(dossier))
    newest = dossier.versions[-1].version
    manifest = {
        "format": VERSION,
        "page": dossier.page_form,
        "bus": parse_origin(dossier.signed.checkpoint.origin).bus,
        "case_id": dossier.case_id,
        "mask": dossier.mask,
        "records": len(dossier.records),
        "rulebook": {"n": newest.n, "hash": newest.hash.hex()},
        "files": [_row(name, content) for name, content in files.items()],
    }
    return archive({_MANIFEST: canonical(manifest), **files})


def parse_dossier(data: bytes) -> Dossier:
    """
    Return the dossier that *data* is.

    Raises Unreadable: no dossier, of another version, cut short, or an archive that is not safe to open. NotProven: a
    file is not the one that the manifest lists, is missing, or is there besides.
    """
    files = read_archive(data)
    manifest = _manifest(files.pop(_MANIFEST, None))
    _check_files(manifest["files"], files)
    dossier = _dossier(manifest, files)
    if dossier_bytes(dossier) != data:
        raise NotProven("The manifest says of the dossier what its files do not, or the files stand in another order.")
    return dossier


def _files(dossier: Dossier) -> Iterator[tuple[str, bytes]]:
    yield _CHECKPOINT, dossier.signed.note
    yield _POLICY, dossier.policy
    for number, value in enumerate(dossier.restatements, start=1):
        yield f"{_RESTATED}{number:04}.json", value
    for signed in dossier.versions:
        yield f"rulebook/{signed.version.n:04}.json", encode(signed)
    for number, record in enumerate(dossier.records, start=1):
        yield _of(number, "leaf"), record.leaf
        yield _of(number, "path"), b"".join(record.path)
        if record.body is not None:
            yield _of(number, "body"), record.body
    yield _PAGE, dossier.page


def _of(number: int, what: str) -> str:
    return f"records/{number:06}.{what}"


def _row(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "sha256": sha256(content).hexdigest(), "size": len(content)}


def _manifest(data: bytes | None) -> dict[str, Any]:
    if data is None:
        raise Unreadable("No dossier: the archive has no manifest.json.")
    manifest = read_canonical(data, _FORM)
    if not isinstance(manifest["files"], list):
        raise NotProven("The manifest of a dossier has a list of its files, and this one has none.")
    return manifest


def _check_files(listed: Sequence[object], files: Mapping[str, bytes]) -> None:
    """See that the archive holds what the manifest lists, in that order, and nothing else."""
    there = [_row(name, content) for name, content in files.items()]
    names = [row.get("name") if isinstance(row, dict) else None for row in listed]
    for row in there:
        if row["name"] not in names:
            raise NotProven(f"The file {row['name']} is not on the manifest.")
        if row not in listed:
            raise NotProven(f"The file {row['name']} is not the one that the manifest lists: one of them was changed.")
    if names != list(files):
        missing = next((name for name in names if name not in files), None)
        why = "is in another order" if missing is None else f"lacks {shown(str(missing).encode())}"
        raise NotProven(f"The manifest lists other files than there are: the archive {why}.")


def _dossier(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Dossier:
    case_id, mask, page_form = manifest["case_id"], manifest["mask"], manifest["page"]
    texts = isinstance(case_id, str) and (mask is None or isinstance(mask, str))
    if not texts or type(page_form) is not int or type(manifest["records"]) is not int:
        raise NotProven("The manifest has a field of another type than it should have.")
    try:
        signed = read_signed(files[_CHECKPOINT])
        versions = tuple(decode(content) for name, content in files.items() if name.startswith("rulebook/"))
        leaves = sum(name.endswith(".leaf") for name in files)
        records = tuple(_record(files, number) for number in range(1, leaves + 1))
        restated = tuple(content for name, content in files.items() if name.startswith(_RESTATED))
        policy, page = files[_POLICY], files[_PAGE]
    except KeyError as fault:
        raise NotProven(f"The dossier lacks the file {fault.args[0]}.") from fault
    except ContractFault as fault:
        raise NotProven("The dossier holds a version of the rulebook that is none.") from fault
    if not versions or not records:
        raise NotProven("The dossier has no version of the rulebook, or no record.")
    return Dossier(case_id, mask, signed, versions, records, policy, page_form, page, restated)


def _record(files: Mapping[str, bytes], number: int) -> Record:
    path = files[_of(number, "path")]
    if len(path) % HASH_BYTES or len(path) > _HIGHEST * HASH_BYTES:
        raise NotProven(f"The path of record {number} is no row of hashes, or longer than any tree is high.")
    hashes = tuple(path[at : at + HASH_BYTES] for at in range(0, len(path), HASH_BYTES))
    return Record(files[_of(number, "leaf")], hashes, files.get(_of(number, "body")))
