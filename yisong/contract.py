"""Where the contract lies: ``schemas/``, ``rulebook/``, ``topics.yaml``, in a checkout or an installed package."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder() -> Path:
    """Return the folder that holds ``schemas/``, ``rulebook/`` and ``topics.yaml``."""
    installed = _PACKAGE / "_contract"  # put there when the wheel is built
    return installed if installed.is_dir() else _PACKAGE.parent
