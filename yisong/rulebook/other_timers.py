"""What would the rulebook be if its clocks were others? A version that nobody has signed, for asking what if."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from yisong.errors import ContractFault
from yisong.rulebook.checks import rulebook_faults
from yisong.rulebook.files import read_files
from yisong.rulebook.load import header_fields
from yisong.rulebook.model import Rulebook
from yisong.rulebook.timers import TimersFile, timers
from yisong.rulebook.yaml_file import read


def with_timers(rulebook: Rulebook, file: Path, *, contract: Path) -> Rulebook:
    """
    Return *rulebook*, whose files lie in the folder *contract*, with the clocks of *file* in place of its own.

    It has a hash of its own, which no node knows. Raises ContractFault, which names every place where *file* is no
    timers.yaml, contradicts itself, or does not fit the lifecycles.
    """
    others = read(file, TimersFile)
    files = replace(read_files(contract / "rulebook"), timers=others)
    fields = header_fields(contract / "schemas")
    found = rulebook_faults(
        files, bus=rulebook.bus, header_fields=fields, schema_event_types=rulebook.schema_event_types
    )
    if found:
        raise ContractFault(f"With the clocks of {file.name} the rulebook contradicts itself", found)
    hash_ = sha256(rulebook.hash + sha256(file.read_bytes()).digest()).digest()
    return replace(rulebook, hash=hash_, timers=timers(others))
