"""The site has every page once, loads nothing from outside, and is not made where a link is broken."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docsite import reference
from docsite.staging import index, linked, sections, written
from yisong.contract import folder


def _built(pages: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """Build in a process of its own, as people do."""
    code = "import sys; from pathlib import Path; from docsite.__main__ import build; "
    code += "sys.exit(build(Path(sys.argv[1]), Path(sys.argv[2])))"
    command = [sys.executable, "-c", code, str(pages), str(into)]
    return subprocess.run(command, cwd=folder(), capture_output=True, text=True, timeout=240, check=False)


def _pages(into: Path, more: str) -> Path:
    into.mkdir()
    (into / "index.md").write_text(f"# First\n\n{more}\n\n```{{toctree}}\nsecond\n```\n", "utf-8")
    (into / "second.md").write_text("# Second\n\n## The duties of an organ\n\nText.\n", "utf-8")
    return into


def test_every_page_stands_in_the_margin_once() -> None:
    pages = [*written(folder()), *reference.NAMES]
    placed = [page for inside in sections(pages).values() for page in inside]

    assert sorted(placed) == sorted(pages)
    assert len(set(placed)) == len(placed)
    assert "docs/runbooks/new.md" in sections([*pages, "docs/runbooks/new.md"])["Runbooks"]


def test_the_first_page_leads_to_pages_that_are_there() -> None:
    pages = {*written(folder()), *reference.NAMES}

    assert [target for target in linked(index(pages)) if target not in pages] == []


def test_a_site_loads_nothing_from_outside(tmp_path: Path) -> None:
    """Neither script nor style nor font nor picture: it is read where there is no network."""
    into = tmp_path / "site"
    done = _built(_pages(tmp_path / "pages", "[The duties](second.md#the-duties-of-an-organ)"), into)
    assert (done.returncode, done.stderr) == (0, "")

    for page in into.glob("*.html"):
        loaded = re.findall(r"<(?:script|img|link|iframe|source)\b[^>]*\b(?:src|href)=\"([^\"]+)\"", page.read_text())
        assert [one for one in loaded if re.match(r"(?:https?:)?//", one)] == []
    for style in into.glob("_static/**/*.css"):
        assert re.findall(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", style.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("[gone](third.md)", "third.md"),
        ("[no such heading](second.md#the-rights-of-an-organ)", "the-rights-of-an-organ"),
    ],
)
def test_a_link_that_leads_nowhere_is_a_fault(tmp_path: Path, link: str, fault: str) -> None:
    done = _built(_pages(tmp_path / "pages", link), tmp_path / "site")

    assert done.returncode != 0
    assert fault in done.stderr
