"""When do two names mean the same, and two targets the same site? The form in which they can be compared."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit


class TargetKey(NamedTuple):
    """A target in the one form in which two clues can be compared."""

    kind: str
    value: str


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
