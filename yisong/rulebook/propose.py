"""How is a next version of the rulebook made, and is it fit to be signed? Every fault is named at once."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from yisong.errors import ContractFault
from yisong.rulebook.growth import Change, growth
from yisong.rulebook.identity import BUS, bus_profile, canonical
from yisong.rulebook.model import BusProfile, Key
from yisong.rulebook.succession import LEAD, Succession
from yisong.rulebook.version import SignedVersion, Version, decode, encode, instant_text


def proposed(newest: Version, *, files: Mapping[str, str], bus: BusProfile, effective_from: int) -> SignedVersion:
    """Return the version after *newest*, with *files* in place of those of the same path, and nobody's signature."""
    changed = {} if bus == newest.bus else {BUS: canonical(bus_profile(bus)).decode()}
    return SignedVersion(
        version=Version(
            n=newest.n + 1,
            prev_hash=newest.hash,
            effective_from=effective_from,
            files={**newest.files, **files, **changed},
        )
    )


def with_keys(bus: BusProfile, *, added: Sequence[Key], revoked: Mapping[str, int]) -> BusProfile:
    """
    Return *bus* with the rows of the keys *added*, and the keys *revoked* by id from an instant on (ms).

    Raises ContractFault that names every key that is there already, is not there, or is revoked already.
    """
    known = {key.key_id: key for key in bus.keys}
    faults = [f"{key.key_id}: is registered already" for key in added if key.key_id in known]
    faults += [f"{key_id}: no such key is registered" for key_id in revoked if key_id not in known]
    faults += [
        f"{key_id}: is revoked already"
        for key_id in revoked
        if key_id in known and known[key_id].revoked_from is not None
    ]
    if faults:
        raise ContractFault("These keys can't be proposed; nothing was written", faults)
    rows = {**known, **{key.key_id: key for key in added}}
    rows |= {key_id: replace(rows[key_id], revoked_from=at) for key_id, at in revoked.items()}
    return replace(bus, keys=tuple(rows[key_id] for key_id in sorted(rows)))


def rotated(bus: BusProfile, *, added: Sequence[Key], until: int) -> BusProfile:
    """
    Return *bus* with the rows of the keys *added*, and with every key that one of them follows ended *until* (ms).

    A key follows those of the same organ, use and algorithm; one that has its end already keeps it. Raises
    ContractFault where an added key is registered already.
    """
    following = {(key.org, key.use, key.algorithm) for key in added}
    rows = (
        replace(key, valid_to=until)
        if (key.org, key.use, key.algorithm) in following and key.valid_to is None and key.revoked_from is None
        else key
        for key in bus.keys
    )
    return with_keys(replace(bus, keys=tuple(rows)), added=added, revoked={})


def fitness(
    succession: Succession, version: Version, *, now: int, load: Callable[[Version], object]
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """
    Return what *version* changes, and everything for which a node must not sign it at *now* (ms).

    More than its validity: it must change something, and *load* must read it without a ContractFault, since a version
    that is valid and can't be followed stops every node. Who has signed it is not asked.
    """
    newest = succession.newest
    changes, altered = growth(newest.files, version.files)
    faults = list(altered)
    if (version.n, version.prev_hash) != (newest.n + 1, newest.hash):
        faults.append(f"it does not follow version {newest.n}, which is the newest: propose it again")
    if version.effective_from < now + LEAD:
        faults.append(
            f"effective from {instant_text(version.effective_from)}, and it is less than ten minutes till then"
        )
    if not changes and not altered:
        faults.append("it changes nothing")
    try:
        load(version)
    except ContractFault as fault:
        faults += fault.faults
    return changes, tuple(faults)


def files_in(folder: Path) -> dict[str, str]:
    """Return the files of a version that lie in *folder*, all or some: ``rulebook/*.yaml``, ``schemas/…``."""
    paths = sorted([*folder.glob("rulebook/*.yaml"), *folder.glob("schemas/**/*.avsc")])
    if not paths:
        raise ContractFault(
            "Nothing to propose",
            [f"{folder}: holds no rulebook/*.yaml and no schemas; `yisong rulebook show --to` does"],
        )
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in paths
        if not path.name.startswith("delivery.")
    }


def read_proposal(file: Path) -> SignedVersion:
    """Return the proposal in *file*. Raises ContractFault where it is none."""
    try:
        return decode(canonical(json.loads(file.read_bytes())))
    except (OSError, ValueError, RecursionError) as error:
        raise ContractFault(f"{file.name} is no proposal", [f"{file.name}: can't be read as JSON"]) from error


def proposal_text(signed: SignedVersion) -> bytes:
    """Return *signed* as the bytes of a proposal file: those that travel."""
    return encode(signed)
