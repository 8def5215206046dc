"""How does a caller page through a long answer? By the last item that he has, and a link to what comes next."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Query, Request, Response

MOST: Final = 500
Limit = Annotated[int, Query(ge=1, le=MOST, description="So many at most.")]


def link_next(request: Request, response: Response, **changed: object) -> None:
    """Name the next page (RFC 8288): the same question with these parameters *changed*."""
    asked = {**dict(request.query_params), **{name: str(value) for name, value in changed.items()}}
    response.headers["link"] = f'<{request.url.path}?{urlencode(asked)}>; rel="next"'
