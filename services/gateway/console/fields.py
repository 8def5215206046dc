"""What was typed into a form that was sent?"""

from collections.abc import Mapping, Sequence
from typing import Final

from anyio import to_thread
from starlette.datastructures import FormData
from starlette.requests import Request

from services.gateway.console.shell import Shell, shell_of
from services.gateway.who.principal import Principal

_MOST_FIELDS: Final = 2000

Typed = Mapping[str, Sequence[str]]
"""What was typed, by the name of the input: each may stand several times."""


async def typed_into(request: Request) -> Typed:
    """Return what was typed into the form of *request*; files are none of it."""
    return _texts(await request.form(max_fields=_MOST_FIELDS))


def first(typed: Typed, name: str) -> str:
    """Return what was typed into *name*, empty where nothing was."""
    return next(iter(typed.get(name, ())), "")


async def shell_beside(request: Request, viewer: Principal) -> Shell:
    """Return what the page that answers *request* is made with, made beside the event loop."""
    return await to_thread.run_sync(shell_of, request, viewer)


def _texts(form: FormData) -> Typed:
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    return found
