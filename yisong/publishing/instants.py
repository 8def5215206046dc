"""How is an instant of a header written and read? RFC 3339 outside, milliseconds since 1970 (UTC) inside."""

from yisong.schemas.instants import milliseconds, parse_instant, show_instant


def to_ms(text: str) -> int:
    """Return the milliseconds since 1970 (UTC) of the RFC 3339 instant *text*; ValueError where it is none."""
    return milliseconds(parse_instant(text))


def to_text(instant: int) -> str:
    """Return *instant*, milliseconds since 1970 (UTC), as RFC 3339 text with +08:00."""
    return show_instant(instant)
