"""Does the page about a fifth agency name every place that names the four?"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from yisong.contract import folder
from yisong.home import AGENCIES
from yisong.rulebook.growth import growth

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs/howto/fifth-agency.md").read_text(encoding="utf-8")
_NAMED: Final = 3
_WRITTEN: Final = ("rulebook/*.yaml", "topics.yaml", "schemas/**/*.avsc", "deploy/k8s/kafka/*", "deploy/compose/*.yaml",
                   "services/gateway/console/texts/*.yaml")  # fmt: skip


def places() -> Iterator[str]:
    """Yield every file that names at least three of the four agencies, as a program or a table does."""
    for where in ("yisong", "services", "deploy", "bench", "docsite"):
        for file in sorted((ROOT / where).rglob("*.py")):
            constants = (
                one.value for one in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(one, ast.Constant)
            )
            if len({one for one in constants if isinstance(one, str)} & {*AGENCIES}) >= _NAMED:
                yield file.relative_to(ROOT).as_posix()
    for pattern in _WRITTEN:
        for file in sorted(ROOT.glob(pattern)):
            if sum(re.search(rf"\b{one}\b", file.read_text("utf-8")) is not None for one in AGENCIES) >= _NAMED:
                yield file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("place", [*places()])
def test_a_place_that_names_the_agencies_is_on_the_page(place: str) -> None:
    assert f"`{place.removeprefix('rulebook/')}`" in PAGE


def test_what_the_page_names_is_there() -> None:
    for place in re.findall(r"`([\w/]+\.(?:py|yaml|avsc))`", PAGE):
        if place not in {"__main__.py", "app.py", "handle.py", "rules.py"}:
            assert (ROOT / place).exists() or (ROOT / "rulebook" / place).exists(), place


def test_a_version_that_adds_a_role_or_a_node_is_void() -> None:
    path = "rulebook/directory.yaml"
    before = (folder() / path).read_text("utf-8")
    for row in ("nodes:\n  samr: {hosts: samr}\n", "roles:\n  samr: {zh: 市场监管}\n"):
        name = row.partition(":")[0]
        after = re.sub(rf"(?m)^{name}:\n", row, before)
        assert after != before
        _, faults = growth({path: before}, {path: after})
        assert any(name in fault for fault in faults)
