"""`shouwen serve`: the web and the worker together."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys

import typer

from shouwen.project.tongue import _

app = typer.Typer()


@app.command(
    help=_(
        "Serve web and worker until Ctrl-C or SIGTERM. Makes the database, or brings its tables up to this version, first."
    ),
)
def serve(
    host: str = typer.Option("127.0.0.1", envvar="SHOUWEN_HOST", help=_("Address to listen on.")),
    port: int = typer.Option(8000, envvar="PORT", help=_("Port to listen on.")),
    processes: int = typer.Option(2, min=1, max=64, envvar="SHOUWEN_PROCESSES", help=_("Web processes.")),
    web_only: bool = typer.Option(
        False, "--web-only", help=_("Start no worker: alarms and messages need one elsewhere.")
    ),
    demo: bool = typer.Option(False, "--demo", help=_("Load the demo first if the database is empty.")),
) -> None:
    from shouwen.project import schema
    from shouwen.project.serving import serve
    from shouwen.project.start import start

    if not _free(host, port):
        print(_("Port %(port)s is taken. Choose another one: PORT=8001") % {"port": port}, file=sys.stderr)
        raise typer.Exit(1)
    os.environ.setdefault("SHOUWEN_URL", f"http://127.0.0.1:{port}")
    gc.disable()  # until all is loaded: loading leaves hardly any garbage, and looking for it takes a tenth of the start
    start()
    if schema.pending():
        print(_("Bringing the tables up to this version …"), flush=True)
        schema.migrate()
    if demo and schema.empty():
        subprocess.run([sys.executable, "-m", "shouwen.project", "demo"], check=True)
    address = os.environ["SHOUWEN_URL"]
    serve(host=host, port=port, processes=processes, with_worker=not web_only, ready=lambda: _say(address))
    print(_("Stopped."), flush=True)


def _free(host: str, port: int) -> bool:
    """Whether the port can be had. Asked before anything is loaded, so that the answer comes at once."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _say(address: str) -> None:
    """The address, and whom one may be in the demo."""
    print(_("Shouwen serves at %(address)s (Ctrl-C stops it).") % {"address": address}, flush=True)
    from shouwen.ground.models import Account
    from shouwen.project import schema

    if schema.empty():
        from shouwen.project import first_run

        print(
            _("Nothing is here yet. Begin at %(address)s")
            % {"address": f"{address}/first-run?code={first_run.code()}"},
            flush=True,
        )
    names = list(Account.objects.filter(is_demo=True, is_active=True).order_by("id").values_list("username", flat=True))
    if names:
        print(_("Demo accounts: %(names)s") % {"names": ", ".join(names)}, flush=True)
