"""Is the rulebook sound as a whole, and what does it say? The one way from ``rulebook/*.yaml`` to a Rulebook."""

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from yisong.errors import ContractFault
from yisong.rulebook.calendar import calendar
from yisong.rulebook.catalogue import catalogue
from yisong.rulebook.checks import rulebook_faults
from yisong.rulebook.days import day_start
from yisong.rulebook.directory import directory
from yisong.rulebook.files import Files, read_files
from yisong.rulebook.identity import rulebook_hash
from yisong.rulebook.lifecycles import lifecycles
from yisong.rulebook.lines import with_lines
from yisong.rulebook.model import BusProfile, Rulebook
from yisong.rulebook.reasons import reasons
from yisong.rulebook.thresholds import thresholds
from yisong.rulebook.timers import timers
from yisong.rulebook.version import Version
from yisong.rulebook.yaml_file import Folder, names, text_in

GENESIS_DAY = date(2000, 1, 1)
_HEADER = re.compile(r"header\.v([1-9][0-9]*)\.avsc")


def load(contract: Path, *, bus: BusProfile, schema_event_types: Mapping[bytes, str]) -> Rulebook:
    """
    Return the genesis version of the rulebook that lies in the folder *contract*.

    *schema_event_types* maps the fingerprint of each registered body schema to its event type. Raises ContractFault,
    which names every fault at once.
    """
    files, fields = read_files(contract / "rulebook"), header_fields(contract / "schemas")
    sound = _sound(files, contract / "rulebook", bus=bus, fields=fields, schema_event_types=schema_event_types)
    place = Place(n=1, hash=rulebook_hash(contract, bus), effective_from=day_start(GENESIS_DAY))
    return _rulebook(sound, place, bus=bus, schema_event_types=schema_event_types)


def load_version(version: Version, *, schema_event_types: Mapping[bytes, str]) -> Rulebook:
    """Return what *version* says, as `load` does of the genesis version. Raises ContractFault likewise."""
    folder = _below("rulebook/", version.files)
    files = read_files(folder)
    fields, bus = header_fields(_below("schemas/", version.files)), version.bus
    sound = _sound(files, folder, bus=bus, fields=fields, schema_event_types=schema_event_types)
    place = Place(n=version.n, hash=version.hash, effective_from=version.effective_from)
    return _rulebook(sound, place, bus=bus, schema_event_types=schema_event_types)


class Place(NamedTuple):
    """Which version it is: its number, its hash, from when it governs (ms)."""

    n: int
    hash: bytes
    effective_from: int


def _below(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    return {path.removeprefix(folder): text for path, text in files.items() if path.startswith(folder)}


def _sound(
    files: Files,
    folder: Folder,
    *,
    bus: BusProfile,
    fields: frozenset[str],
    schema_event_types: Mapping[bytes, str],
) -> Files:
    faults = rulebook_faults(files, bus=bus, header_fields=fields, schema_event_types=schema_event_types)
    if faults:
        located = with_lines(faults, partial(text_in, folder))
        raise ContractFault("The rulebook contradicts itself; correct the places named", located)
    return files


def _rulebook(files: Files, place: Place, *, bus: BusProfile, schema_event_types: Mapping[bytes, str]) -> Rulebook:
    return Rulebook(
        n=place.n,
        hash=place.hash,
        effective_from=place.effective_from,
        directory=directory(files.directory),
        keys={key.key_id: key for key in bus.keys},
        catalogue=catalogue(files.events),
        lifecycles=lifecycles(files.lifecycles),
        timers=timers(files.timers),
        calendar=calendar(files.calendar),
        reasons=reasons(files.reasons),
        thresholds=thresholds(files.thresholds),
        schema_event_types=schema_event_types,
        bus=bus,
    )


def header_fields(schemas: Folder) -> frozenset[str]:
    """Return the names of the header's fields, as the newest header schema in the folder *schemas* has them."""
    found = [shape for shape in map(_HEADER.fullmatch, names(schemas)) if shape]
    if not found:
        raise ContractFault("The schemas are incomplete", ["schemas/header.v1.avsc is missing"])
    newest = max(found, key=lambda shape: int(shape[1])).string
    text = schemas[newest] if isinstance(schemas, Mapping) else (schemas / newest).read_text(encoding="utf-8")
    return frozenset(field["name"] for field in json.loads(text)["fields"])
