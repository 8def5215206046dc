"""How does a file come in? Piece by piece, under limits of size and time, and whole or not at all."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Final

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request

from services.gateway.problems import Problem
from yisong.errors import TooLarge
from yisong.evidence import EvidenceStore, Incoming, Stored

_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}", re.ASCII)
# What a form sends, or a client that was not told the type: nobody keeps evidence in these forms.
_OF_FORMS: Final = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
_NEXT_PIECE_SECONDS: Final = 30.0
_WHOLE_SECONDS: Final = 900.0


def media_type_of(request: Request) -> str:
    """Return the media type of the file that *request* sends. Raises Problem (415) where it names none, or a form."""
    stated = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if stated in _OF_FORMS or not _MEDIA_TYPE.fullmatch(stated):
        detail = (
            "Send the file itself as the body, not a form, and its media type in Content-Type "
            "(application/octet-stream where it has none). Nothing was kept."
        )
        raise Problem(415, "no-media-type", detail)
    return stated


def _check_length(request: Request, store: EvidenceStore) -> None:
    stated = request.headers.get("content-length", "0")
    if not (stated.isascii() and stated.isdigit()):
        raise Problem(400, "bad-length", "Content-Length is no number. Nothing was kept.")
    if int(stated[:20]) > store.largest:
        raise _too_large(store)


async def received(request: Request, store: EvidenceStore) -> Stored:
    """
    Put the file that *request* sends into *store*.

    Raises Problem where it is empty, too large, too slow or cut short (then nothing was kept), StoreUnreachable.
    """
    _check_length(request, store)
    incoming = await to_thread.run_sync(store.receive)
    try:
        async with asyncio.timeout(_WHOLE_SECONDS):
            await _write(request, incoming)
        return await to_thread.run_sync(incoming.keep)
    except TimeoutError as fault:
        raise Problem(408, "too-slow", "The file did not come in time. Nothing was kept; send it again.") from fault
    except ClientDisconnect as fault:
        raise Problem(400, "cut-short", "The connection ended before the file did. Nothing was kept.") from fault
    except TooLarge as fault:
        raise _too_large(store) from fault
    finally:
        incoming.close()


async def _write(request: Request, incoming: Incoming) -> None:
    pieces = request.stream().__aiter__()
    size = 0
    while (piece := await _next(pieces)) is not None:
        size += len(piece)
        await to_thread.run_sync(incoming.write, piece)
    if size == 0:
        raise Problem(422, "empty", "The file is empty: there is nothing to cite. Nothing was kept.")


async def _next(pieces: AsyncIterator[bytes]) -> bytes | None:
    async with asyncio.timeout(_NEXT_PIECE_SECONDS):
        return await anext(pieces, None)


def _too_large(store: EvidenceStore) -> Problem:
    return Problem(413, "too-large", f"A file has at most {store.largest} bytes. Nothing was kept.")
