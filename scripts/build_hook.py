"""Hatchling's hook: a wheel carries the built screens, the compiled catalogue and the handbook's list of tests, or is not built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polib
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NEEDED = {
    "src/shouwen/desk/static/vendor/manifest.json": "run `make assets` first",
    "src/shouwen/kernel/handbook_tests.json": "run `shouwen handbook --write-tests` first",
}


class Complete(BuildHookInterface):
    """Compiles the catalogue; refuses a wheel that would lack what an installed product cannot make itself."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        for po in root.glob("src/shouwen/locale/*/LC_MESSAGES/*.po"):
            polib.pofile(str(po)).save_as_mofile(str(po.with_suffix(".mo")))
        if version == "editable":
            return
        missing = [f"{path} ({remedy})" for path, remedy in NEEDED.items() if not (root / path).exists()]
        if missing:
            raise SystemExit("The wheel would be incomplete; missing: " + "; ".join(missing))
