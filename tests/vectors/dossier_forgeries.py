"""What may a forger try with a dossier, and with the archive that it is? Good and forged ones, each with its answer."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from tests.unit.proof.dossier_world import BUS, good, judged_otherwise, relisted, resigned
from tests.vectors.proof_world import NODES, cosigner
from yisong.proof.archive import archive, read_archive
from yisong.proof.dossier import Dossier, dossier_bytes
from yisong.proof.policy import policy_of
from yisong.rulebook.version import SignedVersion

Row = tuple[str, bytes, dict[str, object]]

_PROVEN: dict[str, object] = {"expect": "proven", "recorded": 4}
_UNREADABLE: dict[str, object] = {"expect": "unreadable", "step": 1}

FORGERS = {node: cosigner(f"{BUS}/{node}", f"a forger's {node}") for node in NODES}


def dossiers() -> Iterator[Row]:
    """Yield name, bytes and expectation of every dossier."""
    yield "a whole case", dossier_bytes(good()), {**_PROVEN, "known": True}
    yield "a case masked for the telecoms authority", dossier_bytes(good(mask="miit")), {**_PROVEN, "known": True}
    yield from _records()
    yield from _believed()
    yield from _files()
    yield from _archives()


def _fails(step: int) -> dict[str, object]:
    return {"expect": "not-proven", "step": step}


def _records() -> Iterator[Row]:
    """Yield dossiers that do not hold the records of the docket, all of them and in their order."""
    first, second, third, *others = good().records
    yield "a record withheld", _with(records=(first, third, *others)), _fails(6)
    yield "two records in another order", _with(records=(first, third, second, *others)), _fails(6)
    yield "the closing notice cut off", _with(records=good().records[:-1]), _fails(7)


def _believed() -> Iterator[Row]:
    """Yield dossiers that ask their reader to believe somebody else."""
    theirs = policy_of([one.key for one in FORGERS.values()]).text
    yield "another policy inside, which nobody believes", _with(policy=theirs), {**_PROVEN, "known": True}
    checkpoint = good().signed.checkpoint
    lines = tuple(one.line(checkpoint) for one in FORGERS.values())
    forged = good().signed._replace(signatures=lines)
    answer = {**_fails(4), "recorded": 0, "lost": 4}
    yield "cosigned by strangers, with the policy that trusts them", _with(policy=theirs, signed=forged), answer
    wrong = dossier_bytes(resigned(judged_otherwise(3)))
    yield "a verdict that the rules do not give, cosigned by all four", wrong, _fails(11)
    yield "a rulebook of the maker's own", _with(versions=(_own_rulebook(),)), {**_PROVEN, "known": False}
    yield "a page that tells another story", _with(page=good().page.replace(b"admitted", b"refused")), _fails(12)


def _own_rulebook() -> SignedVersion:
    """Return the rulebook with a comment more: it judges alike, and is not the one that its reader knows."""
    version = good().versions[0].version
    path = "rulebook/timers.yaml"
    return SignedVersion(version=replace(version, files={**version.files, path: version.files[path] + "# ours\n"}))


def _files() -> Iterator[Row]:
    """Yield dossiers whose files are not those of the manifest."""
    files = read_archive(dossier_bytes(good()))
    leaf, body = "records/000003.leaf", "records/000003.body"
    changed = {name: content[:-1] + bytes([content[-1] ^ 1]) for name, content in files.items()}
    yield "a leaf with another hash than the manifest says", archive({**files, leaf: changed[leaf]}), _fails(1)
    yield "a body changed and listed anew", relisted({**files, body: changed[body]}), _fails(8)
    newer = {"manifest.json": files["manifest.json"].replace(b"yisong-dossier/1", b"yisong-dossier/2")}
    yield "a dossier of another version", archive(newer), _UNREADABLE
    yield "no manifest", archive({"besides": b""}), _UNREADABLE


def _archives() -> Iterator[Row]:
    """Yield archives that are not safe to open, or that hold what nobody sees."""
    whole = dossier_bytes(good())
    yield "a dossier cut short", whole[: len(whole) // 8], _UNREADABLE
    yield "something hidden behind the directory", whole[:-2] + b"\x03\x00hid", _fails(1)
    yield "two files of one name", _zipped(_twice), _UNREADABLE
    yield "a path that leaves the archive", _zipped(lambda opened: _put(opened, "../manifest.json", b"{}")), _UNREADABLE
    yield "an absolute path", _zipped(lambda opened: _put(opened, "/etc/passwd", b"")), _UNREADABLE
    swelling = bytes(64 << 20)
    yield (
        "an archive that swells",
        _zipped(lambda opened: _put(opened, "manifest.json", swelling, ZIP_DEFLATED)),
        _UNREADABLE,
    )
    yield "a compressed file", _zipped(lambda opened: _put(opened, "manifest.json", b"{}", ZIP_DEFLATED)), _UNREADABLE


def _with(**changes: object) -> bytes:
    made: Dossier = good()._replace(**changes)  # type: ignore[arg-type]
    return dossier_bytes(made)


def _zipped(write: Callable[[ZipFile], None]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as opened:
        write(opened)
    return out.getvalue()


def _put(opened: ZipFile, name: str, content: bytes, method: int = ZIP_STORED) -> None:
    info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = method
    opened.writestr(info, content)


def _twice(opened: ZipFile) -> None:
    _put(opened, "manifest.json", b"{}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        _put(opened, "manifest.json", b"{}")
