"""
Everything that Yisong raises itself::

    YisongError
    ├── RecordFault           what was handed in is at fault: refuse it, name every fault, send nothing
    │   ├── Undecodable       bytes that are no canonical envelope, header or body
    │   ├── NotOpenable       a sealed body, or its wrapped key, that does not open
    │   ├── NotPublishable    an event that a publisher may not send as it stands
    │   ├── NotImportable     a file of which not even a part can be taken
    │   ├── NotDrawable       a picture that cannot be drawn as it was asked for
    │   ├── TooLarge          a file with more bytes than are taken
    │   └── NotAcceptable     an account, a password or a token that may not be as it was asked for
    ├── WorldFault            the world is at fault: stop, acknowledge nothing, start again
    │   ├── PositionLost      the broker no longer serves the offset that comes next
    │   ├── PositionTaken     another process has moved this partition on
    │   ├── BusUnreachable    Kafka or PostgreSQL does not answer
    │   ├── StoreUnreachable  the store of evidence cannot be read or written
    │   └── TimedOut          something expected did not happen in time
    ├── ProofFault            what should be equal is not: alarm, and repair nothing
    │   ├── LogReplaced       the log was cut or replaced under a trail
    │   ├── TreeDiffers       the stored tree is not the one of the stored entries
    │   ├── FileChanged       a stored file is not what its hash says
    │   └── NotProven         a proof does not prove what it says
    │       └── Unreadable    bytes that are no proof of this kind and version, or not all of it
    └── WiringFault           we are at fault: refuse to start
        ├── ContractFault     schemas, rulebook or topics.yaml contradict themselves
        ├── TopicDiffers      a topic's partitions or timestamp type are not those declared
        ├── KeyNotUsable      a private key is missing, encrypted, or under another passphrase
        └── BusNotFound       there is no running bus where one was looked for

The class names the cure; the text says what happened, what it means and what to do.
No text ever holds a value from a body.
"""

from collections.abc import Iterable


class YisongError(Exception):
    """Base of everything that Yisong raises itself."""


class Faults(YisongError):
    """An error that names every fault at once."""

    def __init__(self, what: str, faults: Iterable[str]) -> None:
        """Say *what* is at fault, and list the *faults*, one sentence each."""
        self.faults = tuple(faults)
        super().__init__("\n".join((what, *(f"  - {fault}" for fault in self.faults))))


class RecordFault(YisongError):
    """What was handed in is at fault."""


class Undecodable(RecordFault):
    """The bytes are no canonical envelope, header or body."""


class NotOpenable(RecordFault):
    """A sealed body, or the wrapped key of one, does not open with the key at hand."""


class NotPublishable(RecordFault, Faults):
    """An event may not be sent as it stands; *faults* names everything that is wrong with it."""


class NotImportable(RecordFault, Faults):
    """Not even a part of a file can be taken; *faults* names everything that is wrong with its form."""


class NotDrawable(RecordFault, Faults):
    """A picture cannot be drawn as it was asked for; *faults* says why."""


class TooLarge(RecordFault):
    """A file has more bytes than are taken."""


class NotAcceptable(RecordFault, Faults):
    """An account, a password or a token may not be as it was asked for; *faults* says why."""


class WorldFault(YisongError):
    """The world is at fault: stop, acknowledge nothing, start again."""


class PositionLost(WorldFault):
    """The broker no longer serves the offset that comes next."""


class PositionTaken(WorldFault):
    """Another process has moved this partition on."""


class BusUnreachable(WorldFault):
    """Kafka or PostgreSQL does not answer."""


class StoreUnreachable(WorldFault):
    """The store of evidence cannot be read or written."""


class TimedOut(WorldFault):
    """Something expected did not happen in time."""


class ProofFault(YisongError):
    """What should be equal is not: alarm, and repair nothing."""


class LogReplaced(ProofFault):
    """The log was cut or replaced under a trail."""


class TreeDiffers(ProofFault):
    """The stored tree is not the one of the stored entries: nodes are missing, or there are too many."""


class FileChanged(ProofFault):
    """A stored file is not what the hash says under which it is kept."""


class NotProven(ProofFault):
    """A proof does not prove what it says: believe nothing of it."""


class Unreadable(NotProven):
    """The bytes are no proof of this kind and version, or not all of it."""


class WiringFault(YisongError):
    """We are at fault: refuse to start."""


class ContractFault(WiringFault, Faults):
    """Schemas, rulebook or topics.yaml contradict themselves; *faults* names every place."""


class TopicDiffers(WiringFault):
    """A topic's partition count or timestamp type is not the one that is declared."""


class KeyNotUsable(WiringFault):
    """A private key is missing, encrypted, or under another passphrase."""


class BusNotFound(WiringFault):
    """There is no running bus where one was looked for."""
