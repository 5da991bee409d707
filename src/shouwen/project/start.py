"""How a command gets the product running inside its process."""

from __future__ import annotations

import os


def start() -> None:
    """Loads the registry and the database settings, and speaks the chosen language. A command calls it first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwen.project.settings")
    import django
    from django.utils import translation

    from shouwen.project.tongue import chosen

    django.setup()
    translation.activate(chosen())
