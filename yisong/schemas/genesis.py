"""What does a version of the rulebook say, with the schemas that this release knows?"""

from collections.abc import Container

from yisong.contract import folder
from yisong.errors import ContractFault
from yisong.rulebook.identity import genesis_schemas
from yisong.rulebook.load import load, load_version
from yisong.rulebook.model import BusProfile, Rulebook
from yisong.rulebook.version import Version
from yisong.schemas.registry import registry


def genesis(bus: BusProfile) -> Rulebook:
    """Return the genesis version for *bus*; raise ContractFault where the contract contradicts itself."""
    return load(folder(), bus=bus, schema_event_types=_event_types(genesis_schemas(folder())))


def rulebook_of(version: Version) -> Rulebook:
    """
    Return what *version* says.

    Raises ContractFault, which names every fault at once, where its tables contradict themselves or say what this
    release does not know; and where it holds a schema that did not come with this release, which decodes by its own.
    """
    schemas = {path: text for path, text in version.files.items() if path.startswith("schemas/")}
    unknown = [path for path, text in schemas.items() if not _came_with_this_release(path, text)]
    if unknown:
        raise ContractFault(
            f"This release lacks schemas of version {version.n} of the rulebook",
            [f"{path}: did not come with this release" for path in sorted(unknown)],
        )
    return load_version(version, schema_event_types=_event_types(version.files))


def _came_with_this_release(path: str, text: str) -> bool:
    file = folder() / path
    return file.is_file() and file.read_text(encoding="utf-8") == text


def _event_types(files: Container[str]) -> dict[bytes, str]:
    schemas = registry().by_fingerprint.values()
    return {one.fingerprint: one.event_type for one in schemas if one.event_type is not None and one.path in files}
