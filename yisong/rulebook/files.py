"""Which files make a version of the rulebook, and are they all of the right shape?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from yisong.errors import ContractFault
from yisong.rulebook.calendar import CalendarFile, read_calendar
from yisong.rulebook.catalogue import EventsFile, read_catalogue
from yisong.rulebook.directory import DirectoryFile, read_directory
from yisong.rulebook.lifecycles import LifecyclesFile, read_lifecycles
from yisong.rulebook.reasons import ReasonsFile, read_reasons
from yisong.rulebook.thresholds import ThresholdsFile, read_thresholds
from yisong.rulebook.timers import TimersFile, read_timers
from yisong.rulebook.yaml_file import Folder, names

T = TypeVar("T")

FILE_NAMES = (
    "calendar.yaml",
    "directory.yaml",
    "events.yaml",
    "lifecycles.yaml",
    "reasons.yaml",
    "thresholds.yaml",
    "timers.yaml",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files of one rulebook version, each of the right shape."""

    events: EventsFile
    lifecycles: LifecyclesFile
    timers: TimersFile
    calendar: CalendarFile
    directory: DirectoryFile
    reasons: ReasonsFile
    thresholds: ThresholdsFile


def read_files(folder: Folder) -> Files:
    """Return the files in *folder*; raise ContractFault that names every fault of shape in all of them."""
    strangers = [name for name in names(folder) if name not in FILE_NAMES]
    faults = [f"rulebook/{name}: no part of the rulebook, and yet its hash would cover it" for name in strangers]

    def shaped(read: Callable[[Folder], T]) -> T | None:
        try:
            return read(folder)
        except ContractFault as error:
            faults.extend(error.faults)
            return None

    events, cycles = shaped(read_catalogue), shaped(read_lifecycles)
    clocks, days, organs = shaped(read_timers), shaped(read_calendar), shaped(read_directory)
    codes, advice = shaped(read_reasons), shaped(read_thresholds)
    if faults or not (events and cycles and clocks and days and organs and codes and advice):
        raise ContractFault("The rulebook can't be read; correct the places named", faults)
    return Files(
        events=events,
        lifecycles=cycles,
        timers=clocks,
        calendar=days,
        directory=organs,
        reasons=codes,
        thresholds=advice,
    )
