"""How is said that a name does not exist, stands twice, or is used by nothing?"""

from collections.abc import Collection, Iterable


def unknown(where: str, kind: str, used: Iterable[str], known: Collection[str]) -> list[str]:
    """Return a fault for each name in *used* that is not in *known*."""
    return [f"{where}: there is no {kind} {name}" for name in dict.fromkeys(used) if name not in known]


def unused(where: str, kind: str, known: Iterable[str], used: Collection[str]) -> list[str]:
    """Return a fault for each name in *known* that is not in *used*."""
    return [f"{where}: the {kind} {name} is used by nothing" for name in known if name not in used]


def repeated(where: str, kind: str, names: Iterable[str]) -> list[str]:
    """Return a fault for each name that stands twice."""
    every = list(names)
    return [f"{where}: the {kind} {name} stands twice" for name in dict.fromkeys(every) if every.count(name) > 1]
