"""
Yisong 移送: cases are handed over between four agencies, and each keeps its own audit trail, equal to the others'.

For agency systems: `Publisher` publishes events, `read` yields them with their verdicts.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yisong.publishing.access import Access
    from yisong.publishing.published import Published
    from yisong.publishing.publisher import Publisher
    from yisong.publishing.reading import Read, read
    from yisong.publishing.recorded import Recorded

__all__ = ["Access", "Published", "Publisher", "Read", "Recorded", "read"]

_HOME = {
    "Access": "access",
    "Published": "published",
    "Publisher": "publisher",
    "Read": "reading",
    "Recorded": "recorded",
    "read": "reading",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: whoever needs only the rules need not load Kafka and PostgreSQL."""
    if name not in _HOME:
        raise AttributeError(f"module 'yisong' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 (see above)

    return getattr(import_module(f"yisong.publishing.{_HOME[name]}"), name)
