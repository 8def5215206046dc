"""
How does each line of a new bus get its home? ``python -m deploy.lines FOLDER``: a folder a line, with its own keys.

For all four lines on one host. Where each agency runs its own, each makes its own keys (``yisong keys new``), and
nothing but their public rows goes into the ``bus.yaml`` that all share: see deploy/README.md.
"""

import argparse
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from yisong.embedded.genesis import Profile, ensure_bus
from yisong.errors import WiringFault, YisongError
from yisong.home import AGENCIES, Agency, Home
from yisong.line_settings import NAME
from yisong.rulebook.model import Directory
from yisong.secret_file import write_secret

USER: Final = 10001
"""As whom the services of deploy/images run."""

_BYTES: Final = 24

LINE: Final = """\
# Where the broker and the database of this line are; deploy/README.md has every key of this file.
version: 1
agency: {agency}
kafka: kafka:9092
listen: 0.0.0.0
database:
  host: {postgres}
  name: yisong_{agency}
  role: trail_{agency}
  password_file: database.password
  owner: {{role: yisong, password_file: owner.password}}
unencrypted: [kafka, database]   # networks of this host, which nobody else is on
"""


def lay_out(folder: Path, *, profile: Profile) -> None:
    """Make the homes of the four lines of a new bus below *folder*. Raises WiringFault where there is one already."""
    if folder.exists() and any(folder.iterdir()):
        raise WiringFault(f"{folder} is not empty, so no bus was made there: keys that are in use are never replaced.")
    whole = Home(folder / "whole")
    ensure_bus(whole, profile=profile)
    directory = whole.genesis().directory
    for agency in AGENCIES:
        _lay_out_line(whole, folder / agency, agency, directory)
    shutil.rmtree(whole.path)


def _lay_out_line(whole: Home, line: Path, agency: Agency, directory: Directory) -> None:
    (line / "keys").mkdir(parents=True)
    shutil.copy(whole.bus_file, line)
    (line / NAME).write_text(LINE.format(agency=agency, postgres=f"{agency}-postgres"), "utf-8")
    for file in keys_of(whole, agency, directory):
        shutil.move(file, line / "keys")
    for name in ("database.password", "owner.password"):
        write_secret(line / name, f"{secrets.token_urlsafe(_BYTES)}\n".encode())
    _give_to_services(line)


def keys_of(whole: Home, agency: Agency, directory: Directory) -> Iterator[Path]:
    """Yield the files of the keys of the organs of *agency*'s line, its system organ among them."""
    for file in sorted(whole.keys.glob("*.key")):
        organ = directory.organs[file.name.rsplit(".", 2)[0]]
        if agency in (organ.role, organ.node if organ.role == "system" else None):
            yield file


def _give_to_services(line: Path) -> None:
    """Let nobody but the services read it; who is not root must see to the owner himself."""
    for path in (line, *line.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
        if os.geteuid() == 0:
            os.chown(path, USER, USER)


def main() -> int:
    """Make the homes, and return 0; 2 where there is one already."""
    parser = argparse.ArgumentParser(prog="python -m deploy.lines", description="The homes of the lines of a new bus.")
    parser.add_argument("folder", type=Path, help="an empty folder, or none yet")
    parser.add_argument("--profile", choices=("demo", "production"), default="production")
    settings = parser.parse_args()
    try:
        lay_out(settings.folder, profile=settings.profile)
    except YisongError as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
