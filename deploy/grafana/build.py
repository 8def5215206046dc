"""How do the dashboards become the files that Grafana reads? ``python -m deploy.grafana.build`` writes them anew."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.grafana.boards import DASHBOARDS

FOLDER: Final = Path(__file__).with_name("dashboards")


def built() -> Mapping[str, str]:
    """Return the content of each file, by its name."""
    return {f"{one.uid}.json": json.dumps(one.as_json(), indent=2, ensure_ascii=False) + "\n" for one in DASHBOARDS}


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in built().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
