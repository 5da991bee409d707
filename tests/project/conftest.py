from __future__ import annotations

import pytest
from django.utils import translation
from typer.testing import CliRunner

from shouwen.project.cli import app


@pytest.fixture
def shouwen(settings, tmp_path):
    """A command as it is typed, inside this process and on the test's own database."""
    settings.DATA = tmp_path

    def run(*args: str, answer: str = ""):
        with translation.override("zh-hans"):
            return CliRunner().invoke(app, list(args), input=answer)

    return run
