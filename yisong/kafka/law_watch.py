"""How does a process that runs for months learn of a new version of the rulebook? It looks again and again."""

from threading import Event
from typing import Final

from yisong.home import Home, Running
from yisong.kafka.let_in import check_let_in
from yisong.kafka.rulebook_topic import RulebookTopic, read_rulebook
from yisong.ledger import Law
from yisong.rulebook.version import SignedVersion

#: A version governs ten minutes after it was appended, at the soonest.
LOOK_SECONDS: Final = 30.0


class LawWatch:
    """
    The law of a running bus, kept up to date; for everything but a trail, which looks before every batch.

    One thread looks; any other may take `law`, which is another object whenever there is a version more.
    """

    def __init__(self, home: Home, running: Running) -> None:
        """
        Read all versions that there are.

        Raises BusUnreachable, and WiringFault as `RulebookTopic.read` and `check_let_in`.
        """
        check_let_in(running.bootstrap)
        genesis = home.genesis()
        self._changes = genesis.bus.profile == "production"
        self._topic = read_rulebook(home, running) if self._changes else RulebookTopic(running.bootstrap, genesis)

    @property
    def law(self) -> Law:
        """The newest version, which knows the others."""
        return self._topic.law

    @property
    def versions(self) -> tuple[SignedVersion, ...]:
        """The versions that `law` was made of, as they were published, genesis first."""
        law = self.law
        return tuple(SignedVersion(version=one.version) for one in self._topic.succession.valid[: len(law.versions)])

    def look(self) -> bool:
        """Look once, and return whether there is another law than before. A broker that is away changes nothing."""
        before = self._topic.law
        if self._changes:
            self._topic.read()
        return self._topic.law is not before

    def run(self, stop: Event, *, every: float = LOOK_SECONDS) -> None:
        """Look *every* so many seconds until *stop* is set. Raises WiringFault as `RulebookTopic.read`."""
        while not stop.wait(every):
            self.look()
        self._topic.close()
