"""
Which signatures of these records are valid?

A signature is valid iff libsodium's ``crypto_sign_verify_detached`` accepts it, and no other verifier may decide a
verdict. PyNaCl carries libsodium but binds only ``crypto_sign_open``, which is that very function applied to the
signature and the message in one buffer, plus a copy of the message; without a place to copy to, it copies nothing. It
is called without PyNaCl's wrapper, which would check types, copy twice and raise where we want an answer. The library
lets other threads run while libsodium works, so that two threads use two cores.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from nacl import _sodium

from yisong.envelope.codec import signed_bytes
from yisong.envelope.open import Opened
from yisong.rulebook.model import Key

SIGNATURE_BYTES, PUBLIC_BYTES = 64, 32

_FEW = 32  # so few signatures are verified sooner than threads start
_NOWHERE = _sodium.ffi.NULL
_open = _sodium.lib.crypto_sign_open

#: One signature to verify: signature and signed bytes in one buffer, and the public key.
_Job = tuple[bytes, bytes]
#: What is to be done about each signature of one record; ``None`` = its key is not registered for its organ.
_Plan = tuple[_Job | None, ...]


def verifies(signature: bytes, message: bytes, public: bytes) -> bool:
    """Hold where *signature* is a valid Ed25519 signature of *message* under the key *public*. Never raises."""
    return _accepted(_job(signature, message, public))


def verify(opened: Sequence[Opened], *, bus: str, keys: Mapping[str, Key], threads: int = 2) -> list[Opened]:
    """
    Return the records *opened* with ``valid`` filled in, in the same order; those with a fault come back as they are.

    *keys*: all rows of the rulebook by key id; whether one is valid at log time is for the fold to say. *threads*: how
    many verify at the same time. Never raises, whatever the records hold.
    """
    plans = [_plan(record, bus, keys) for record in opened]
    answers = iter(_run([job for plan in plans for job in plan if job is not None], threads=threads))
    return [
        Opened(*record[:-1], tuple(None if job is None else next(answers) for job in plan)) if plan else record
        for record, plan in zip(opened, plans, strict=True)
    ]


def _plan(record: Opened, bus: str, keys: Mapping[str, Key]) -> _Plan:
    if record.fault is not None or record.header is None or record.header_bytes is None:
        return ()
    organs = (record.header.publisher, record.header.countersignature)
    message = signed_bytes(bus, record.header_bytes)
    plan: list[_Job | None] = []
    for (key_id, _algorithm, value), organ in zip(record.signatures, organs, strict=False):
        key = keys.get(key_id)
        registered = key is not None and key.org == organ and key.use == "sign"
        plan.append(_job(value, message, key.public) if registered and key is not None else None)
    return tuple(plan)


def _job(signature: bytes, message: bytes, public: bytes) -> _Job:
    # A signature of another length would shift the message; an empty buffer verifies under no key.
    fits = len(signature) == SIGNATURE_BYTES and len(public) == PUBLIC_BYTES
    return (signature + message, public) if fits else (b"", bytes(PUBLIC_BYTES))


def _accepted(job: _Job) -> bool:
    signed, public = job
    return bool(_open(_NOWHERE, _NOWHERE, signed, len(signed), public) == 0)


def _run(jobs: list[_Job], *, threads: int) -> list[bool]:
    if threads < 2 or len(jobs) < _FEW:  # noqa: PLR2004 (one thread is this one)
        return _verify_share(jobs)
    share = -(-len(jobs) // threads)
    shares = [jobs[start : start + share] for start in range(0, len(jobs), share)]
    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="verify") as pool:
        return [answer for answers in pool.map(_verify_share, shares) for answer in answers]


def _verify_share(jobs: list[_Job]) -> list[bool]:
    return [_accepted(job) for job in jobs]
