"""One word per idea: no glossary says otherwise what another one says for everybody."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from pathlib import Path

from django.apps import apps

from shouwen.kernel import words


def test_no_glossary_overrides_a_word_of_another():
    said: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for config in apps.get_app_configs():
        path = Path(config.path) / "glossary.toml"
        if config.name.startswith("shouwen.") and path.exists():
            for word, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
                for key, labels in words._flatten(word, table):
                    said[key].add((labels["zh"], labels["en"]))
    assert {key: labels for key, labels in said.items() if len(labels) > 1} == {}
