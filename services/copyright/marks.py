"""What is known of a clue beside what it says: protected works, open cases with its target, its archive series."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from yisong.desk.delivery import Body

CORPORATE: Final = "corporate_complaint"


class TargetKey(NamedTuple):
    """A target in the one form in which two clues can be compared."""

    kind: str
    value: str


class Marks(NamedTuple):
    """
    What our register knows that touches a clue.

    *protected*: document numbers of the entries of the protected works list 重点作品白名单 that its works stand on.
    *same_target*: open cases, other than its own, in which a clue names one of its targets. *series*: the archive
    series of its case 案卷系列, None where we never read the clue.
    """

    protected: tuple[str, ...] = ()
    same_target: tuple[str, ...] = ()
    series: str | None = None


NO_MARKS: Final = Marks()


def series_of(clue: Body) -> str:
    """Return the series in which the case of *clue* is archived: complaints of companies lie apart (notice of 2006)."""
    if clue.get("company_complaint") is True or clue.get("source") == "company_or_association":
        return CORPORATE
    return "hotline_12318" if clue.get("source") == "hotline_12318" else "general"


def target_keys(targets: Iterable[Mapping[str, object]]) -> tuple[TargetKey, ...]:
    """Return what *targets* can be compared by; a page counts as its host, for a site is one whatever its page."""
    return tuple(dict.fromkeys(key for target in targets for key in _keys(target)))


def _keys(target: Mapping[str, object]) -> Iterator[TargetKey]:
    kind, value, url = str(target["kind"]), str(target["value"]), target.get("url")
    if kind == "url":
        url = value
    else:
        yield TargetKey(kind, _domain(value) if kind == "domain" else plain(value))
    host = _host(str(url)) if url else None
    if host:
        yield TargetKey("domain", host)


def _host(url: str) -> str | None:
    try:
        return _domain(urlsplit(url if "://" in url else f"//{url}").hostname or "")
    except ValueError:  # what was complained of may be no address at all
        return None


def _domain(name: str) -> str:
    return plain(name).removesuffix(".").removeprefix("www.")


def plain(text: str) -> str:
    """Return *text* in the form that two who mean the same would share: one form of a letter, no quotes, no spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in folded if not one.isspace() and one not in "《》<>“”\"'")
