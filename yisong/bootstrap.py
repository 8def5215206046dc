"""Where is the broker, and as whom is it reached? An address alone, or one with a user, a password and a CA."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuredBroker:
    """
    A broker that is reached over TLS and asks who one is.

    *address*: ``host:port``. *user*: a principal of topics.yaml (``trail-police``). *ca*: the file with the certificate
    of the authority that the broker's own must be from, in PEM.
    """

    address: str
    user: str
    password: str = field(repr=False)
    ca: Path

    def __str__(self) -> str:
        """Return the address alone: what is shown, logged and compared."""
        return self.address


Bootstrap = str | SecuredBroker
"""``host:port`` of a broker that lets everybody in (a bus on one machine), or a secured one."""
