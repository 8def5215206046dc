"""What papers 材料 came with a referral? Each by its kind and hash; the files themselves stay where they are kept."""

from typing import NamedTuple, Protocol


class Paper(NamedTuple):
    """A paper that was handed in: what it is, SHA-256 and size in bytes of its file, and when it came (ms)."""

    kind: str
    sha256: bytes
    size: int
    received_at: int


class Papers(Protocol):
    """The papers that were handed in."""

    def of(self, referral: str) -> tuple[Paper, ...]:
        """Return those of a referral, by its id; none where none has come yet."""
