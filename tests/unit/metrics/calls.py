"""Which metrics does the code of a bus show, and with which labels?"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

METHODS: Final = {"count": "counter", "gauge": "gauge", "gauges": "gauge", "observe": "histogram"}
_POSITIONAL: Final = frozenset({"by", "value", "values"})


class Call(NamedTuple):
    """One place that shows a metric; *labels*: by name, with the value where it stands there; None: `gauges`."""

    where: str
    name: str
    kind: str
    labels: dict[str, str | None] | None


def calls() -> Iterator[Call]:
    """Yield every place in the library and the services that shows a metric by its name."""
    for folder in ("yisong", "services"):
        for file in sorted(Path(folder).rglob("*.py")):
            for found in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(found, ast.Call):
                    yield from _shown(found, file)


def _shown(call: ast.Call, file: Path) -> Iterator[Call]:
    method = call.func
    if not isinstance(method, ast.Attribute) or not call.args or not isinstance(call.args[0], ast.Constant):
        return
    name = call.args[0].value
    if not isinstance(name, str) or not name.startswith("yisong_"):
        return
    kind = METHODS.get(method.attr) or METHODS["count" if method.attr == "_count" else "gauge"]
    labels = {one.arg: _value(one.value) for one in call.keywords if one.arg and one.arg not in _POSITIONAL}
    yield Call(f"{file}:{call.lineno}", name, kind, None if method.attr == "gauges" else labels)


def _value(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
