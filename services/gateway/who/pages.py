"""What do the login page and the password page look like? Chinese first, and English beside it."""

from pathlib import Path
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.gateway.problems import RETRY_SECONDS
from services.gateway.who.principal import Principal
from services.gateway.world import world_of
from yisong.accounts import passwords

STALE: Final = "页面已过期,请再试一次。 This page had expired. Try again."
REFUSED: Final = (
    "账号或口令不对,或者暂时不能登录。 The account or the password is wrong, or neither may log in for the moment."
)
BUSY: Final = "登录的人太多,与口令无关,请稍后再试。 Too many log in at once; try again in a moment."
AWAY: Final = (
    "统一身份认证暂不可用,请用口令登录或稍后再试。 "
    "The identity provider does not answer; use your password, or try again."
)
NOT_HERE: Final = (
    "身份认证未通过,或者此人在本节点没有可登录的账号。 "
    "The identity provider does not vouch for you, or you have no account at this node that may log in so."
)
DIFFERENT: Final = "两次输入的新口令不同 the two new passwords differ"
WRONG: Final = "现口令不对,或者暂时不能更改 the present password is wrong, or cannot be changed for the moment"
PROVIDER: Final = "/login/provider"
"""Where a browser is sent on to the identity provider, if this gateway trusts one."""
_FORBIDDEN: Final = 403
_AWAY: Final = 503
_UNPROCESSABLE: Final = 422
_LINES: Final = {"copyright": "版权", "cac": "网信", "miit": "通信", "police": "公安"}

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True, undefined=StrictUndefined
)


def login(request: Request, *, token: str, back: str, said: str) -> HTMLResponse:
    """Return the login page: again, with what is *said*, where somebody was not let in (403, or 503: not now)."""
    provider = request.app.state.provider
    shown = (
        {}
        if provider is None
        else {"provider": provider.settings.name, "way": f"{PROVIDER}?next={quote(back, safe='')}"}
    )
    text = _TEMPLATES.get_template("login.html").render(
        line=_line(request), csrf=token, back=back, said=said, **{"provider": None, **shown}
    )
    if said in {BUSY, AWAY}:
        return HTMLResponse(text, _AWAY, headers={"Retry-After": str(RETRY_SECONDS)})
    return HTMLResponse(text, _FORBIDDEN if said else 200)


def password(request: Request, person: Principal, *, token: str, back: str, faults: tuple[str, ...]) -> HTMLResponse:
    """Return the page on which *person* chooses a password, with the *faults* of the one chosen before (422)."""
    text = _TEMPLATES.get_template("password.html").render(
        line=_line(request),
        csrf=token,
        back=back,
        faults=faults,
        account=person.account,
        must_change=person.must_change,
        shortest=passwords.SHORTEST,
        longest=passwords.LONGEST,
        kinds=passwords.KINDS,
    )
    return HTMLResponse(text, _UNPROCESSABLE if faults else 200)


def onward(request: Request, *, back: str) -> HTMLResponse:
    """Return a page that goes on to *back* by itself, or by its one link: what is asked from it comes from our site."""
    return HTMLResponse(_TEMPLATES.get_template("onward.html").render(line=_line(request), back=back))


def _line(request: Request) -> str:
    return _LINES[world_of(request).agency]
