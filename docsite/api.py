"""What can be asked of a gateway? The page of its HTTP API, drawn from its own OpenAPI document."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from docsite.markdown import code, head, table

_METHODS: Final = ("get", "put", "post", "patch", "delete")


def page(document: Mapping[str, Any]) -> str:
    """Return the page of all operations, by path, and of the models that they take and give."""
    known = list(_operations(document))
    return "\n".join(
        [
            head(
                "The HTTP API",
                document["info"]["description"],
                "Everything but health and these two documents asks for a token: `Authorization: Bearer …`, made with",
                "`yisong tokens new`.",
            ),
            table(("", "", ""), ((code(method.upper()), code(path), one["summary"]) for path, method, one in known)),
            *(_operation(path, method, one) for path, method, one in known),
            "## Models\n",
            *(_model(name, schema) for name, schema in sorted(document["components"]["schemas"].items())),
        ]
    )


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                yield path, method, operations[method]


def _operation(path: str, method: str, one: Mapping[str, Any]) -> str:
    parts = [
        f"## {method.upper()} {path}",
        f"{one['summary']}.\n" if one["summary"][-1] not in ".?" else one["summary"],
    ]
    if words := one.get("description"):
        parts.append(f"\n{words}\n")
    if asked := [*_parameters(one), *_bodies(one)]:
        parts.append(table(("Asked", "In", "Type", "What it is"), asked))
    parts.append(table(("Answer", "", "Body"), _answers(one)))
    return "\n".join(parts)


def _parameters(one: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for parameter in one.get("parameters", ()):
        must = ", required" if parameter.get("required") else ""
        words = parameter.get("description", "")
        yield code(parameter["name"]), f"{parameter['in']}{must}", _type(parameter["schema"]), words


def _bodies(one: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for media, content in one.get("requestBody", {}).get("content", {}).items():
        yield "body", code(media), _type(content.get("schema", {})), ""


def _answers(one: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for status, answer in sorted(one["responses"].items()):
        bodies = [
            f"{code(media)} {_type(content.get('schema', {}))}" for media, content in answer.get("content", {}).items()
        ]
        yield str(status), answer["description"], ", ".join(bodies)


def _model(name: str, schema: Mapping[str, Any]) -> str:
    must = schema.get("required", ())
    rows = (
        (code(field), _type(one), "yes" if field in must else "", one.get("description", ""))
        for field, one in schema.get("properties", {}).items()
    )
    return f"### {name}\n\n{schema.get('description', '')}\n\n{table(('Field', 'Type', 'Always', 'What it is'), rows)}"


def _type(schema: Mapping[str, Any]) -> str:
    """Return a type in words; a model is a link to it."""
    if reference := schema.get("$ref"):
        name = str(reference).rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(_type(one) for one in schema[key]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "enum" in schema or "const" in schema:
        return " or ".join(code(str(value)) for value in schema.get("enum", [schema.get("const")]))
    return str(schema.get("format") or schema.get("type") or "any")
