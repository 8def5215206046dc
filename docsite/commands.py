"""Which commands are there, with which options? The page of ``yisong``, drawn from its Typer application."""

from collections.abc import Iterator

from typer import Context
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from docsite.markdown import code, head, table
from yisong.cli.main import COMMANDS, app


def page() -> str:
    """Return the page of all commands, in the order of the help."""
    known = commands()
    parts = [
        head(
            "The command line",
            "What `yisong --help` and `yisong COMMAND --help` say, drawn from the application itself.",
            "A command finds its bus in the folder that `YISONG_HOME` names, else in `.yisong/`.",
            "Exit codes: 0 done, 1 it is not so (a difference, something unproven), 2 a fault, named on stderr.",
            "A command that has others says so.",
        ),
        table(("Command", ""), ((f"[`yisong {name}`](#yisong-{name})", _first(one)) for name, one in known.items())),
    ]
    for name, one in known.items():
        parts.extend(_one(f"yisong {name}", one, "##"))
    return "\n".join(parts)


def commands() -> dict[str, TyperCommand | TyperGroup]:
    """Return every command and group by its name, in the order of the help."""
    group = get_command(app)
    found = (
        {name: group.get_command(Context(group), name) for name in COMMANDS} if isinstance(group, TyperGroup) else {}
    )
    return {name: one for name, one in found.items() if isinstance(one, (TyperCommand, TyperGroup))}


def _one(name: str, what: TyperCommand | TyperGroup, level: str) -> Iterator[str]:
    yield f"{level} {name}\n\n{_paragraphs(what.help or '')}\n"
    if isinstance(what, TyperGroup):
        for sub in what.commands.values():
            if isinstance(sub, (TyperCommand, TyperGroup)):
                yield from _one(f"{name} {sub.name}", sub, f"{level}#")
        return
    yield f"```text\n{_usage(name, what)}\n```\n"
    options = [one for one in what.params if isinstance(one, TyperOption) and not one.hidden]
    arguments = [one for one in what.params if isinstance(one, TyperArgument)]
    rows = [(code((one.metavar or one.name or "").upper()), one.help or "", _default(one)) for one in arguments]
    rows += [(_names(one), one.help or "", _default(one)) for one in options]
    if rows:
        yield table(("", "", "Where not said"), rows)


def _usage(name: str, what: TyperCommand) -> str:
    arguments = [one for one in what.params if isinstance(one, TyperArgument)]
    shown = [_argument(one) for one in arguments]
    return " ".join([name, *(["[OPTIONS]"] if len(arguments) < len(what.params) else []), *shown])


def _argument(one: TyperArgument) -> str:
    name = f"{(one.metavar or one.name or '').upper()}{'…' if one.nargs != 1 or one.multiple else ''}"
    return name if one.required else f"[{name}]"


def _names(one: TyperOption) -> str:
    return ", ".join(map(code, [*one.opts, *one.secondary_opts]))


def _default(one: TyperArgument | TyperOption) -> str:
    if one.required:
        return "it must be said"
    if one.default in (None, (), [], False, True) or callable(one.default):
        return ""
    return code(str(one.default))


def _first(what: TyperCommand | TyperGroup) -> str:
    return (what.help or "").split("\n\n")[0]


def _paragraphs(text: str) -> str:
    r"""Return *text* without the marks (\b) by which Click keeps a paragraph as it is."""
    return text.replace("\b", "").strip()
