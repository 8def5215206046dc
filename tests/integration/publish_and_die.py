"""A process that publishes the story of a case from a SQLite store, and may be killed at any line: run by the tests."""

import sys
from uuid import NAMESPACE_OID, uuid5

from tests.clues import story
from yisong.publishing.publisher import Publisher


def main(home: str, store: str, case: str, length: int) -> None:
    """Publish *length* events under ids made beforehand, as an agency system does that has just been started again."""
    with Publisher(home, store=store) as publisher:
        events = [(uuid5(NAMESPACE_OID, f"{case} {n}"), *stated) for n, stated in enumerate(story(case, length=length))]
        for number, (event_id, header, body) in enumerate(events):
            # Not all at once, or there would be nothing left to do after the first kill.
            publisher.publish_header(
                header, body, event_id=event_id, wait=None if number % 3 else "logged", timeout=120
            )
        for event_id, header, body in events:
            publisher.publish_header(header, body, event_id=event_id, wait="verdict", timeout=120)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
