"""How is a page of the reference written? Tables and links of Markdown, as MyST reads them."""

from collections.abc import Iterable, Sequence


def head(title: str, *sentences: str) -> str:
    """Return how a page begins: its title, and what it is in a few *sentences*."""
    return f"# {title}\n\n{' '.join(sentences)}\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; bars and ends of lines inside a cell are made harmless."""
    lines = [tuple(columns), ("--",) * len(columns), *(tuple(map(cell, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def cell(text: str) -> str:
    """Return *text* as it may stand in a cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Return *text* in the type of code; nothing where there is nothing."""
    return f"`{text}`" if text else ""


def codes(texts: Iterable[str]) -> str:
    """Return *texts* in the type of code, with commas between."""
    return ", ".join(map(code, texts))


def link(text: str, page: str, anchor: str = "") -> str:
    """Return a link to a heading of *page*, which lies beside this one."""
    return f"[{text}]({page}{f'#{anchor}' if anchor else ''})"
