"""What stands on a list 名单, since when, by which document, and is it published? ListEntryChanged, first to last."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from yisong.audit.acts import Act
from yisong.registers.looking_up import Index
from yisong.registers.rows import Owed, of, standing
from yisong.registers.said import Value, credit_code, day, record, says, text
from yisong.validators.alike import plain, target_keys

ENTRY_CHANGED = "ListEntryChanged"
Window = Literal["not yet", "running", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """
    One entry of one list of one organ. *acts*: all that was said of it, in log order.

    *says*: what the newest of them says, and the older ones where it is silent; *published_says*: the same as of the
    newest publication, None where it is not published. *removed*: the event that took it off.
    """

    name: str
    organ: str
    says: Value
    acts: tuple[Act, ...]
    added: Act | None = None
    published: Act | None = None
    published_says: Value | None = None
    removed: Act | None = None

    @property
    def entry(self) -> str:
        """The company, work or site as it was entered."""
        return text(self.says, "entry") or ""

    @property
    def uscc(self) -> str | None:
        """Its credit code."""
        return credit_code(text(self.says, "entry_uscc"))

    @property
    def since(self) -> Act:
        """The event that put it on the list: a publication does so, too, where nothing was added before."""
        return self.added or self.published or self.acts[0]

    def stood_on(self, on: str) -> bool:
        """Hold where the day *on* (YYYY-MM-DD) lies in its window, and it had not been taken off by then."""
        if self.removed is not None and day(self.removed.header.occurred_at) < on:
            return False
        return window(self.says, on) == "running"

    def window_on(self, on: str) -> Window:
        """Return how the day *on* lies to its window."""
        return window(self.says, on)

    def owed(self, as_of: int) -> tuple[Owed, ...]:
        """Return what its organ owes it, as of *as_of* (ms): its review, and a decision at the end of its window."""
        if self.removed is not None:
            return ()
        ends = {"review 复核": text(self.says, "review_on"), "end of window 保护期届满": text(self.says, "valid_to")}
        return tuple(Owed(what, self.organ, on, standing(on, as_of)) for what, on in ends.items() if on is not None)


def window(says_: Value, on: str) -> Window:
    """Return how the day *on* (YYYY-MM-DD) lies to the first and last day that an entry states; both are inclusive."""
    first, last = text(says_, "valid_from"), text(says_, "valid_to")
    if first is not None and on < first:
        return "not yet"
    return "ended" if last is not None and on > last else "running"


def listings(acts: Iterable[Act], *names: str) -> tuple[Listing, ...]:
    """
    Return the entries of the lists *names*, in the order in which they were made; those taken off, too.

    A later event speaks of an entry of the same organ and list with the same number in the catalogue, else the same
    site, the same identifier of a work, the same credit code, else the same name; in another sector it is another one.
    """
    by_list: defaultdict[tuple[str, str], Index[Listing]] = defaultdict(Index)
    for act in of(acts, ENTRY_CHANGED):
        name = text(says(act), "list") or ""
        if name in names:
            _take(by_list[name, act.header.speaker], name, act)
    every = (one for some in by_list.values() for one in some.things)
    return tuple(sorted(every, key=lambda one: (one.acts[0].log_time, one.acts[0].partition, one.acts[0].offset)))


def _take(known: Index[Listing], name: str, act: Act) -> None:
    said, keys = says(act), _known_by(says(act))
    alike = (n for n in reversed(known.numbers(keys)) if known[n].removed is None and same(known[n].says, said))
    at = next(alike, None)
    if at is None:
        known.add(_changed(Listing(name=name, organ=act.header.speaker, says={}, acts=()), act), keys)
    else:
        known.change(at, _changed(known[at], act))
        known.know(at, keys)


def _changed(listing: Listing, act: Act) -> Listing:
    now = {**listing.says, **{name: value for name, value in says(act).items() if value is not None}}
    new = replace(listing, says=now, acts=(*listing.acts, act))
    match act.header.variant:
        case "add":
            return replace(new, added=new.added or act)
        case "publish":
            return replace(new, published=act, published_says=now)
        case _:
            return replace(new, removed=act)


def same(one: Value, other: Value) -> bool:
    """Hold where two events speak of the same entry of a list."""
    sectors = {text(one, "sector"), text(other, "sector")} - {None}
    if len(sectors) > 1:
        return False
    for keys in zip(_keys(one), _keys(other), strict=True):
        if None not in keys:
            return keys[0] == keys[1]
    return plain(text(one, "entry") or "") == plain(text(other, "entry") or "")


def _keys(said: Value) -> Iterator[Hashable]:
    """Yield what tells an entry from others, the strongest first; None for what it doesn't state."""
    work, target = record(said, "work"), record(said, "target")
    yield text(said, "catalogue_no")
    yield target_keys([target])[:1] or None if target else None
    yield text(work, "identifier")
    yield (plain(text(work, "title") or ""), text(work, "work_type")) if work else None
    yield credit_code(text(said, "entry_uscc"))


def _known_by(said: Value) -> list[Hashable]:
    """Return all by which an entry can be the same as another."""
    named = (*_keys(said), plain(text(said, "entry") or ""))
    return [(n, key) for n, key in enumerate(named) if key is not None]


def work_keys(work: Value) -> list[Hashable]:
    """Return all by which a work can be the one that an entry means."""
    title, identifier = plain(text(work, "title") or ""), text(work, "identifier")
    return [title and ("title", title), identifier and ("identifier", identifier)]


def concerns_work(said: Value, work: Mapping[str, object]) -> bool:
    """Hold where an entry of the protected works means *work*: by its identifier, else by title and kind."""
    listed = record(said, "work")
    numbers = (text(listed, "identifier"), text(work, "identifier"))
    if None not in numbers and numbers[0] == numbers[1]:
        return True
    kinds = {text(listed, "work_type"), text(work, "work_type")} - {None}
    title = text(listed, "title") or text(said, "entry") or ""
    return len(kinds) <= 1 and plain(title) == plain(text(work, "title") or "")
