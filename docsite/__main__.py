"""How is the site made? ``python -m docsite [FOLDER]``: from nothing, offline, and with every fault an error."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from sphinx.cmd.build import build_main

from docsite.staging import stage
from yisong.contract import folder

_STRICT = ("--fail-on-warning", "--keep-going", "--nitpicky", "--quiet", "--fresh-env")


def main() -> int:
    """Build the site, and return 0 where no link is broken and no page is lost."""
    parser = argparse.ArgumentParser(prog="python -m docsite", description="The documents as a site.")
    parser.add_argument("into", type=Path, nargs="?", default=folder() / "build" / "site", help="folder of the site")
    into: Path = parser.parse_args().into
    with TemporaryDirectory(prefix="yisong-docsite-") as staged:
        stage(folder(), Path(staged))
        return build(Path(staged), into)


def build(pages: Path, into: Path) -> int:
    """Build what lies in the folder *pages* into the folder *into*; return Sphinx's exit code, 0 without a fault."""
    with TemporaryDirectory(prefix="yisong-doctrees-") as trees:
        return build_main(
            ["-b", "html", "-c", str(Path(__file__).parent), "-d", trees, *_STRICT, str(pages), str(into)]
        )


if __name__ == "__main__":
    sys.exit(main())
