"""
How does a program that refuses to run as root run where we are root (a container, a build machine)?

``python unprivileged.py USER PROGRAM ARGUMENT…`` becomes PROGRAM under USER. On Linux it keeps one capability, to pass
by file permissions, so that a bus works in a folder that only root may enter, and no folder's mode has to be changed.

Run as a file, and standard library only, for the same reason as the keeper. Source: capabilities(7), "Ambient".
"""

import ctypes
import os
import pwd
import sys
from contextlib import suppress

CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522
_PR_SET_KEEPCAPS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 8, 47, 2


def become(user: str) -> None:
    """Become *user*; where the kernel cannot keep the capability, file permissions hold as they stand."""
    entry = pwd.getpwnam(user)
    keeping = sys.platform == "linux"
    if keeping:
        ctypes.CDLL(None).prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    if keeping:
        with suppress(AttributeError, OSError):
            _raise_ambient(CAP_DAC_OVERRIDE)


def _raise_ambient(capability: int) -> None:
    libc = ctypes.CDLL(None)
    only = 1 << capability
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    # Twice effective, permitted, inheritable: the low 32 capabilities, then the high ones.
    sets = (ctypes.c_uint32 * 6)(only, only, only, 0, 0, 0)
    if libc.capset(header, sets) == 0:
        libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)


if __name__ == "__main__":
    become(sys.argv[1])
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 (no shell: this very process goes on as the program)
