"""Which things share something with this one? Without looking at all of them for each: a register may be long."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import Final, Generic, TypeVar

T = TypeVar("T")
_NOTHING: Final = (None, "")
"""By these nothing is known."""


class Index(Generic[T]):
    """Finds things by what they are known by; each in the order in which it came."""

    def __init__(self, things: Iterable[T] = (), keys_of: Callable[[T], Iterable[Hashable]] = lambda _: ()) -> None:
        """Hold *things*, each under the keys that *keys_of* gives it."""
        self._things: list[T] = []
        self._at: defaultdict[Hashable, set[int]] = defaultdict(set)
        for one in things:
            self.add(one, keys_of(one))

    def add(self, thing: T, keys: Iterable[Hashable]) -> int:
        """Add *thing* under *keys*, and return its number."""
        self._things.append(thing)
        self.know(len(self._things) - 1, keys)
        return len(self._things) - 1

    def know(self, number: int, keys: Iterable[Hashable]) -> None:
        """Let the thing of that *number* be found by further *keys*."""
        for key in keys:
            if key not in _NOTHING:
                self._at[key].add(number)

    def change(self, number: int, thing: T) -> None:
        """Put *thing* in the place of the one of that *number*."""
        self._things[number] = thing

    def numbers(self, keys: Iterable[Hashable]) -> list[int]:
        """Return the numbers of those known by any of *keys*, the first first."""
        return sorted(set().union(*(self._at.get(key, set()) for key in keys)))

    def find(self, keys: Iterable[Hashable]) -> list[T]:
        """Return those known by any of *keys*, the first first."""
        return [self._things[number] for number in self.numbers(keys)]

    def __getitem__(self, number: int) -> T:
        return self._things[number]

    @property
    def things(self) -> tuple[T, ...]:
        """All of them."""
        return tuple(self._things)
