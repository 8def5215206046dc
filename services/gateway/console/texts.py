"""In which words does the console speak? One catalogue a language, and every text of a page stands in both."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

import yaml

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
"""Chinese first: it is what a reader gets who has not chosen."""

_FOLDER: Final = Path(__file__).with_name("texts")


class Texts:
    """The texts of one language, by key."""

    def __init__(self, language: Language, texts: Mapping[str, str]) -> None:
        """Speak *language* in *texts*."""
        self.language: Language = language
        self._texts = texts

    def __call__(self, key: str, **values: object) -> str:
        """Return the text under *key*, its places filled with *values*. Raises KeyError where there is none."""
        text = self._texts[key]
        return text.format(**values) if values else text

    def get(self, key: str, default: str) -> str:
        """Return the text under *key*, or *default*: a newer rulebook may name what no catalogue knows yet."""
        return self._texts.get(key, default)

    def known(self) -> frozenset[str]:
        """Return every key that there is."""
        return frozenset(self._texts)


@cache
def texts(language: Language) -> Texts:
    """Return the catalogue of *language*."""
    tree = yaml.safe_load((_FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return Texts(language, dict(_flat(tree, "")))


def language_of(said: str | None) -> Language:
    """Return the language that a cookie or a path names; Chinese where it names none."""
    return next((one for one in LANGUAGES if one == said), LANGUAGES[0])


def _flat(tree: Mapping[str, object], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in tree.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", str(value)))
    return found
