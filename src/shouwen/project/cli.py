"""The one command `shouwen`: every module of `shouwen.project.commands` is a subcommand, found by being there.

A module holds `app`, a `typer.Typer`; its file name is the command's name. It imports typer and the standard library at
the top and everything else inside its functions, so that `shouwen --help` answers at once.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from typing import Any

from shouwen.project.tongue import _, teach_typer

teach_typer()

import typer  # noqa: E402  (the language is set before typer reads its own words)
from typer.core import TyperGroup  # noqa: E402

import shouwen  # noqa: E402
from shouwen.project import commands  # noqa: E402


class Commands(TyperGroup):
    """Finds the subcommands and loads only the one that is called (all of them for the list in `--help`)."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        app = importlib.import_module(f"{commands.__name__}.{cmd_name}").app
        app._add_completion = False  # typer offers it on every app by default
        command = typer.main.get_command(app)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="shouwen",
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=_("Shouwen: the service handbook that runs. Web and worker, and what a manager of the system needs."),
    epilog=_("Data lie in the folder SHOUWEN_DATA (default: var). The settings are explained in docs/settings.md."),
)


def _version(asked: bool) -> None:
    if asked:
        print(shouwen.__version__)
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help=_("Print the version and stop.")
    ),
) -> None:
    """What stands before a command."""


def main() -> None:
    """The entry point. Output is UTF-8 whatever the shell says, because names are Chinese."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()
