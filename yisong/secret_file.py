"""How is a secret kept? In a file of its own, which nobody but its owner may read, and on no command line."""

import os
import stat
from pathlib import Path
from typing import Final

from yisong.errors import WiringFault

OWNER_ONLY: Final = 0o600
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def read_secret(path: Path) -> str:
    """
    Return what stands in the file *path*, without the white space around it.

    Raises WiringFault where it is missing or empty, or where anybody but its owner may read or write it.
    """
    check_private(path)
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as fault:
        raise WiringFault(
            f"{path} holds a secret and cannot be read ({type(fault).__name__}), so nothing was started. Restore it "
            "from a copy, and see that it belongs to the user of this process."
        ) from fault
    if not secret:
        raise WiringFault(f"{path} must hold a secret, and is empty; nothing was started. Restore it from a copy.")
    return secret


def check_private(path: Path) -> None:
    """Raise WiringFault where *path* is missing, or where anybody but its owner may do anything with it."""
    try:
        found = path.stat()
    except OSError as fault:
        raise WiringFault(
            f"{path} must hold a secret, and is not there ({type(fault).__name__}); nothing was started. "
            "Restore it from a copy, or have whoever runs the bus make a new one."
        ) from fault
    mode = stat.S_IMODE(found.st_mode)
    # An orchestrator hands a secret to a process that is not root as root's file, readable for the process's group.
    handed = found.st_uid == 0 and os.geteuid() != 0
    if mode & (_OTHERS - stat.S_IRGRP if handed else _OTHERS):
        raise WiringFault(
            f"{path} holds a secret, and its mode is {mode:04o}: others than its owner may read or change it, so it "
            f"may be known. Nothing was started. Take their rights away (chmod 600 {path}), and make a new secret if "
            "somebody else had access to this machine."
        )


def write_secret(path: Path, secret: bytes) -> None:
    """Write *secret* to a file that is unreadable to others from its first byte. Raises FileExistsError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
