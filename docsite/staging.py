"""Which pages make the site, in which order? Those of the repository, where they lie: so their links hold."""

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from docsite import lifecycles, reference

_SOURCES: Final = ("*.md", "docs/**/*.md", "services/*/README.md", "deploy/**/*.md", "conformance/README.md")
_LINKED: Final = re.compile(r"\]\(([^)#:\s]+)[^)]*\)")
_LIFECYCLES: Final = "docs/lifecycles.md"

SECTIONS: Final[Mapping[str, Sequence[str]]] = {
    "Begin": ("README.md", "README.zh.md", "docs/tutorial.md", "docs/glossary.md"),
    "How to": (
        "docs/howto/agency-systems.md",
        "docs/howto/operators.md",
        "docs/howto/fifth-agency.md",
        "docs/howto/auditors.md",
        "docs/howto/campaigns.md",
        "docs/howto/registers.md",
        "docs/howto/importing.md",
        "docs/console.md",
    ),
    "Deploy and operate": (
        "deploy/README.md",
        "deploy/**/*.md",
        "docs/security.md",
        "docs/scaling.md",
        "docs/upgrade.md",
    ),
    "Runbooks": ("docs/runbooks/README.md", "docs/runbooks/*.md"),
    "Reference": ("docs/lifecycles.md", "docs/notices.md", f"{reference.FOLDER}/*.md", "conformance/README.md"),
    "Services": ("services/trail/README.md", "services/gateway/README.md", "services/*/README.md"),
    "Explanation": ("docs/explanation/*.md", "docs/life-of-an-event.md"),
    "Decisions": ("docs/decisions/README.md", "docs/decisions/*.md"),
    "The project": ("CONTRIBUTING.md", "CHANGELOG.md", "*"),
}
"""What stands in the margin, in this order; a page stands where it is first named, one that nobody names at the end."""


def written(root: Path) -> dict[str, Path]:
    """Return the pages that people have written, by their path below *root*."""
    found = (file for pattern in _SOURCES for file in sorted(root.glob(pattern)))
    return {file.relative_to(root).as_posix(): file for file in found}


def sections(pages: Iterable[str]) -> dict[str, list[str]]:
    """Return the pages of each section, in their order."""
    left = sorted(pages)
    placed: dict[str, list[str]] = {}
    for caption, patterns in SECTIONS.items():
        placed[caption] = []
        for pattern in patterns:
            here = [page for page in left if pattern in ("*", page) or _matches(page, pattern)]
            placed[caption] += here
            left = [page for page in left if page not in here]
    return placed


def _matches(page: str, pattern: str) -> bool:
    shape = re.escape(pattern).replace(r"\*\*/", "(.+/)?").replace(r"\*", "[^/]*")
    return re.fullmatch(shape, page) is not None


def index(pages: Iterable[str]) -> str:
    """Return the first page: where each of the three users begins, and the contents of the margin."""
    contents = []
    for caption, inside in sections(pages).items():
        names = "\n".join(_entry(page.removesuffix(".md")) for page in inside)
        contents.append(f"```{{toctree}}\n:caption: {caption}\n:hidden:\n\n{names}\n```\n")
    first = (Path(__file__).parent / "first.md").read_text("utf-8")
    return "\n".join([first, *contents])


def _entry(page: str) -> str:
    title = _TITLES.get(page)
    return page if title is None else f"{title} <{page}>"


_TITLES: Final[Mapping[str, str]] = {"README": "README", "README.zh": "README 中文"}


def stage(root: Path, into: Path) -> None:
    """Write every page, and every file that one links to, into the folder *into*, as they lie below *root*."""
    pages = {name: file.read_text("utf-8") for name, file in written(root).items()}
    pages[_LIFECYCLES] = lifecycles.drawn(pages[_LIFECYCLES], reference.known_lifecycles().machines)
    pages |= reference.pages()
    for name, text in {**pages, "index.md": index(pages)}.items():
        _write(into / name, text)
        for target in linked(text):
            file = (root / name).parent / target
            if file.is_file() and not target.endswith(".md"):
                copy = into / file.resolve().relative_to(root.resolve())
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)


def linked(text: str) -> list[str]:
    """Return where the links of a page lead, but for those into the world and within the page."""
    return [match[1] for match in _LINKED.finditer(text)]


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
