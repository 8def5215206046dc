"""Is every test run that there is?"""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_folder_with_tests_is_named_in_testpaths() -> None:
    """They are named one by one, because units come first."""
    named = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]["testpaths"]
    tests = ROOT / "tests"
    found = {f"tests/{file.relative_to(tests).parts[0]}" for file in tests.rglob("test_*.py")}

    assert set(named) == found
