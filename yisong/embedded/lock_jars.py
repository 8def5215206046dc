"""Which jars does a version of Kafka need? ``python -m yisong.embedded.lock_jars`` writes it down."""

import hashlib
import sys
from typing import Final

import jgo

from yisong.embedded.jars import KAFKA_VERSION, LOCK

# Kafka logs through SLF4J and brings no backend; without one it would run mute.
ROOTS: Final = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.slf4j:slf4j-simple:1.7.36"
HEAD: Final = f"# The jars of Apache Kafka {KAFKA_VERSION}, written by `python -m yisong.embedded.lock_jars`.\n"


def lock() -> None:
    """Resolve the roots with all that they need, and write every jar's SHA-256 and coordinate to the lock."""
    rows = {}
    for artifact in jgo.resolve(ROOTS):
        coordinate = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
        rows[coordinate] = hashlib.sha256(artifact.resolve().read_bytes()).hexdigest()
    LOCK.write_text(HEAD + "".join(f"{rows[coordinate]}  {coordinate}\n" for coordinate in sorted(rows)))
    sys.stdout.write(f"{len(rows)} jars locked in {LOCK}\n")


if __name__ == "__main__":
    lock()
