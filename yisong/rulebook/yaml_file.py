"""How is one YAML file of the contract read, so that nothing in it is silently dropped?"""

from collections.abc import Hashable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from yisong.errors import ContractFault
from yisong.rulebook.lines import with_lines

try:
    from yaml import CSafeLoader as SafeLoader  # libyaml reads ten times as fast
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]  # the same in Python


class Shape(BaseModel):
    """Base of what a file may hold: unknown keys are refused, nothing is converted, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


S = TypeVar("S", bound=Shape)

Folder = Path | Mapping[str, str]
"""Where files lie: on a disk, or in memory, text by name."""

_MERGE = "tag:yaml.org,2002:merge"


class _Loader(SafeLoader):
    """A safe loader, except that a key that stands twice in one mapping is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002 - signature of PyYAML
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            if key_node.tag == _MERGE:
                continue  # a key that overrides a merged one is no repetition
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def parse(text: str, *, file: str) -> object:
    """Return what *text* says; raise ContractFault naming *file* where it is no YAML or repeats a key."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of SafeLoader
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that does not exist
        said = f"{file}: {' '.join(str(error).split())}"
        raise ContractFault(f"{file} can't be read", with_lines([said], lambda _: text)) from error


def read(path: Path, shape: type[S]) -> S:
    """Return the file at *path* as a *shape*; raise ContractFault that names every place where it is not one."""
    return read_in(path.parent, path.name, shape)


def read_in(folder: Folder, name: str, shape: type[S]) -> S:
    """Return the file *name* of *folder*, as `read` does."""
    text = text_in(folder, name)
    if text is None:
        where = f"folder {folder.name}/" if isinstance(folder, Path) else "version"
        raise ContractFault(f"{name} is missing", [f"{name}: the contract's {where} has no such file"])
    return _shaped(text, shape, file=name)  # type: ignore[return-value]  # the cache forgets S


def names(folder: Folder) -> list[str]:
    """Return the names of all that lies in *folder*, in their order."""
    return sorted(path.name for path in folder.glob("*")) if isinstance(folder, Path) else sorted(folder)


def text_in(folder: Folder, name: str) -> str | None:
    """Return the text of the file *name* of *folder*; None where there is none."""
    if isinstance(folder, Path):
        path = folder / name
        return path.read_text(encoding="utf-8") if path.is_file() else None
    return folder.get(name)


@lru_cache(maxsize=64)
def _shaped(text: str, shape: type[Shape], *, file: str) -> Shape:
    """Return *text* as a *shape*; the same text gives the same value, which nobody may change."""
    try:
        return shape.model_validate(parse(text, file=file))
    except ValidationError as error:
        faults = with_lines(shape_faults(error, file=file), lambda _: text)
        raise ContractFault(f"{file} is not as it must be", faults) from error


def shape_faults(error: ValidationError, *, file: str) -> list[str]:
    """Return one sentence per place at which *file* has the wrong shape."""
    return [
        f"{file}: {'.'.join(map(str, e['loc'])) or 'the file'}: {_said(e['type'], e['msg'])}" for e in error.errors()
    ]


def _said(kind: str, text: str) -> str:
    match kind:
        case "extra_forbidden":
            return "unknown key"
        case "missing":
            return "missing"
        case _:
            return text
