"""Where does a command write its pages, and how does it write an instant, a length of time and a verdict?"""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from yisong.publishing.instants import to_text

# Nobody looks at a pipe, so its lines need not fit a screen; what reads them likes a row on one line.
_WIDTH_OF_A_PIPE: Final = 200
_LONGEST: Final = 120
_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000
_COLOURS: Final = {
    "admitted": "green",
    "admitted-late": "yellow",
    "refused": "red",
    "duplicate": "dim",
    "on_time": "green",
    "rolled_on_time": "yellow",
    "late": "red",
    "running": "cyan",
}


def page() -> Console:
    """Return the console of a command; there are colours on a terminal only."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDTH_OF_A_PIPE)


Row = Sequence[str | Text]


def ruled(title: str, columns: Sequence[str], rows: Sequence[Row]) -> Text:
    """
    Return a table of one line a row, however long it is; print it with soft_wrap.

    A table of rich's own is nicer on a narrow screen, but takes a millisecond a row: a second for a long case.
    """
    widths = [max(cell_len(str(row[at])) for row in (columns, *rows)) for at in range(len(columns))]
    page = Text()
    page.append(title, "italic")
    page.append("\n")
    page.append(" │ ".join(_padded(name, width) for name, width in zip(columns, widths, strict=True)), "bold")
    page.append("\n" + "─┼─".join("─" * width for width in widths))
    for row in rows:
        page.append("\n")
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            page.append(" │ " if at else "")
            page.append(cell if isinstance(cell, Text) else str(cell))
            page.append(" " * (width - cell_len(str(cell))))
    return page


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def verdict(word: str, *, said: str | None = None) -> Text:
    """Return *said*, else *word* itself, in the colour of the verdict or outcome *word*."""
    return Text(said or word, _COLOURS.get(word, ""))


def coloured(word: str, *, said: str | None = None) -> str:
    """Return the same as console markup."""
    colour = _COLOURS.get(word)
    return f"[{colour}]{said or word}[/]" if colour else said or word


def stranger(text: str) -> str:
    """
    Return what somebody else wrote so that it can only be read; it is no console markup yet (rich's escape).

    Whatever was not admitted may hold anything: the escape sequences of a terminal, or a megabyte.
    """
    shown = "".join(one if one.isprintable() else "\ufffd" for one in text[:_LONGEST])
    return shown + "…" if len(text) > _LONGEST else shown


def instant(milliseconds: int) -> str:
    """Return an instant as people of +08:00 read it, to the second, or finer where it is finer."""
    return to_text(milliseconds).replace("T", " ").removesuffix("+08:00")


def due(milliseconds: int) -> str:
    """Return the last instant of a period; a day clock ends with its day, and that is what is shown of it."""
    text = instant(milliseconds)
    return text.removesuffix(" 23:59:59.999") + " 24:00" if text.endswith(" 23:59:59.999") else text


def span(milliseconds: int) -> str:
    """Return a length of time in its two largest units."""
    days, rest = divmod(milliseconds, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes = rest // _MINUTE
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
