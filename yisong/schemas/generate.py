"""
Write what is derived from the contract: body and record schemas, and the pydantic models.

``python -m yisong.schemas.generate`` after a change of events.yaml; a test fails while they differ. Only version 1 of
a body is derived: once a type has a later version, its first one is history and stays as it was published.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from yisong.contract import folder
from yisong.rulebook.catalogue import catalogue, read_catalogue
from yisong.rulebook.model import Catalogue
from yisong.schemas.from_catalogue import body_schema, record_schema, snake
from yisong.schemas.to_models import model_files

MODELS = Path(__file__).parent / "models"


def derived_files(contract: Path) -> Mapping[Path, str]:
    """Return path and text of everything that is derived from the events.yaml below *contract*."""
    known = catalogue(read_catalogue(contract / "rulebook"))
    return {**derived_schemas(contract), **{MODELS / name: text for name, text in model_files(known).items()}}


def derived_schemas(contract: Path) -> Mapping[Path, str]:
    """Return path and text of every schema that is derived from the events.yaml below *contract*."""
    known = catalogue(read_catalogue(contract / "rulebook"))
    return {contract / path: text for path, text in _schemas(known).items()}


def _schemas(known: Catalogue) -> Mapping[str, str]:
    bodies = {
        f"schemas/events/{snake(name)}.v1.avsc": body_schema(event, known) for name, event in known.events.items()
    }
    records = {f"schemas/records/{snake(name)}.v1.avsc": record_schema(name, known) for name in known.records}
    return {
        path: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for path, schema in (bodies | records).items()
    }


def main() -> None:
    """Write every derived file in its place."""
    for path, text in derived_files(folder()).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
