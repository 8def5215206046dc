"""What stands around every page: who is looking, in which language, the way to the other pages, and the templates."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.gateway.console import times
from services.gateway.console.citing import cited, marked
from services.gateway.console.names import LANES, Names
from services.gateway.console.texts import Language, Texts, language_of, texts
from services.gateway.who.clock import now_of
from services.gateway.who.csrf import token_for
from services.gateway.who.principal import Principal
from services.gateway.world import World, world_of
from yisong.audit.readings import Reader
from yisong.publishing.instants import to_text

_FOLDER: Final = Path(__file__).parent
STATIC: Final = _FOLDER / "static"
LANGUAGE_COOKIE: Final = "yisong-language"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What a page is made with: request and world, who looks (None: nobody we know), and how things are called."""

    request: Request
    world: World
    viewer: Principal | None
    t: Texts
    names: Names

    @property
    def organ(self) -> str:
        """The organ for which somebody looks; empty where nobody has logged in."""
        return "" if self.viewer is None else self.viewer.organ

    @property
    def reader(self) -> Reader:
        """Who reads, for the log of readings."""
        return Reader("" if self.viewer is None else self.viewer.account, self.organ)

    def may(self, scope: str) -> bool:
        """Hold where whoever looks has this scope."""
        return self.viewer is not None and scope in self.viewer.scopes


def shell_of(request: Request, viewer: Principal | None) -> Shell:
    """Return what the page that answers *request* is made with."""
    world = world_of(request)
    t = texts(language_of(request.cookies.get(LANGUAGE_COOKIE)))
    return Shell(request=request, world=world, viewer=viewer, t=t, names=Names(world.law, t))


def render(shell: Shell, template: str, *, current: str = "", status: int = 200, **values: object) -> HTMLResponse:
    """Return the page *template*, which the navigation knows as *current*."""
    text = _TEMPLATES.get_template(template).render(
        shell=shell,
        t=shell.t,
        names=shell.names,
        lanes=LANES,
        current=current,
        csrf=token_for(shell.request),
        back=_here(shell.request),
        other=_other(shell.t.language),
        printed=now_of(shell.request),
        **values,
    )
    return HTMLResponse(text, status, headers={"Content-Language": "zh-Hans" if shell.t.language == "zh" else "en"})


def render_for_anybody(template: str, t: Texts, names: Names, **values: object) -> str:
    """Return a page that is the same for everybody: nothing of a session or a browser goes into it."""
    return _TEMPLATES.get_template(template).render(t=t, names=names, other=_other(t.language), **values)


def _here(request: Request) -> str:
    """Return the address of this very page, for the way back from a change of the language; of a form its path."""
    if request.method != "GET":
        return request.url.path
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _other(language: Language) -> Language:
    return "en" if language == "zh" else "zh"


def _number(value: float) -> str:
    """Write a coordinate as short as it is."""
    return f"{value:.1f}".removesuffix(".0")


def _count(value: int) -> str:
    return f"{value:,}"


def _icon(name: str, *, small: bool = False) -> Markup:
    """Return one of the marks of the sprite, which says nothing by itself."""
    style = "i i-s" if small else "i"
    return Markup('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>').format(style, name)


def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(
        minute=times.minute, second=times.second, clock=times.clock, iso=times.iso, exact=to_text, due=times.due,
        px=_number, count=_count, quoted=lambda text: quote(str(text), safe=""),
    )  # fmt: skip
    found.globals["icon"] = _icon
    found.globals["cited"] = cited
    found.globals["marked"] = marked
    found.globals["span"] = times.span
    found.globals["brief"] = times.brief
    return found


_TEMPLATES: Final = _environment()
