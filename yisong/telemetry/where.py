"""How is a fault named whose text nobody may see?"""

from collections.abc import Iterator
from traceback import walk_tb


def where(fault: BaseException) -> str:
    """Name an exception and the line that raised it, and nothing of its text: that may hold a value from a body."""
    last = fault.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    line = "" if last is None else f" at {last.tb_frame.f_code.co_filename}:{last.tb_lineno}"
    return f"{type(fault).__name__}{line}"


def way_of(fault: BaseException) -> Iterator[str]:
    """Yield through which lines *fault* came, the one that raised it last: file, line and function, no values."""
    for frame, line in walk_tb(fault.__traceback__):
        yield f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}"
