"""The language of the command line: `SHOUWEN_LANG`, else the shell's; Chinese where neither says."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

CATALOGUES = Path(__file__).resolve().parent.parent / "locale"


def chosen() -> str:
    """`zh-hans` or `en`, as Django names them."""
    for name in ("SHOUWEN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        said = os.environ.get(name, "").lower()
        if said:
            return "zh-hans" if said.startswith("zh") else "en"
    return "zh-hans"


def _catalogue() -> gettext.NullTranslations:
    if chosen() == "en":
        return gettext.NullTranslations()
    return gettext.translation("django", str(CATALOGUES), languages=["zh_Hans"], fallback=True)


_ = _catalogue().gettext


def teach_typer() -> None:
    """Lets the words of the help frame itself (Usage, Options …) come from our catalogue, before typer is loaded."""
    gettext.bindtextdomain("django", str(CATALOGUES))
    gettext.textdomain("django")
    os.environ["LANGUAGE"] = "zh_Hans" if chosen() == "zh-hans" else "en"


FRAME = (
    _("Usage:"),
    _("Options"),
    _("Arguments"),
    _("Commands"),
    _("Error"),
    _("Aborted."),
    _("Show this message and exit."),
    _("Missing command."),
    _("[default: {}]"),
    _("[required]"),
    _("[env var: {}]"),
    _("Try [blue]'{command_path} {help_option}'[/] for help."),
)
