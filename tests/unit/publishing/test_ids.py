"""Is an event id a UUIDv7 of its instant?"""

from uuid import UUID

from yisong.publishing.ids import new_event_id


def test_has_version_instant_and_randomness() -> None:
    """RFC 9562, 5.7."""
    number = UUID(bytes=new_event_id(1468804320000, b"\xff" * 10))

    assert (number.version, number.variant) == (7, "specified in RFC 4122")
    assert number.int >> 80 == 1468804320000
    assert str(number).endswith("-7fff-bfff-ffffffffffff")


def test_sorts_by_instant() -> None:
    assert new_event_id(1, b"\xff" * 10) < new_event_id(2, b"\0" * 10)
