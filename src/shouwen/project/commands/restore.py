"""`shouwen restore`: a backup into an empty place; ends with both audits."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from shouwen.project.tongue import _

app = typer.Typer()


@app.command(
    help=_(
        "Put a backup into an empty place: the folder SHOUWEN_DATA and, on PostgreSQL, the empty database of "
        "DATABASE_URL. Erasures made after the backup are repeated. Ends with both audits; non-zero if something differs."
    )
)
def restore(
    file: Path = typer.Argument(..., help=_("The backup.")),
    erased: Path = typer.Option(
        None, "--erased", help=_("The list erased.jsonl of the place that was lost, if it is newer than the backup's.")
    ),
) -> None:
    from shouwen.project.archive import ArchiveError

    try:
        _into_place(file, erased)
    except ArchiveError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    _prove()


def _into_place(file: Path, erased: Path | None) -> None:
    """Keys first, because the settings read them; then the database, then what this version changes in it."""
    from shouwen.project import archive, schema
    from shouwen.project.progress import line
    from shouwen.project.start import start

    said = archive.read_manifest(file)
    url = os.environ.get("DATABASE_URL", "")
    wanted = "postgresql" if url and not url.startswith("sqlite") else "sqlite"
    if said.database != wanted:
        raise archive.ArchiveError(
            _("The backup is of %(there)s, this place is %(here)s.") % {"there": said.database, "here": wanted}
        )
    folder = Path(os.environ.get("SHOUWEN_DATA", "var")).resolve()
    copy = archive.unpack(file, folder, progress=line)
    if erased is not None:
        lines = erased.read_text(encoding="utf-8")
        (folder / "erased.jsonl").write_text(lines, encoding="utf-8")
    start()
    if wanted == "postgresql":
        if schema.seen():
            raise archive.ArchiveError(_("The database of DATABASE_URL is not empty."))
        archive.load_postgresql(copy)
    if schema.pending():
        print(_("Bringing the tables up to this version …"), flush=True)
        schema.migrate()
    print(_("Restored: version %(version)s, as of %(at)s.") % {"version": said.version, "at": said.made_at})


def _prove() -> None:
    from django.utils import timezone

    from shouwen.kernel import backup_marks
    from shouwen.kernel.audit import audit_clocks, audit_journal
    from shouwen.project.progress import line

    again = backup_marks.erase_again(at=timezone.now())
    if again:
        print(_("%(count)d erasures repeated.") % {"count": again})
    consents = backup_marks.withdraw_again(at=timezone.now())
    if consents:
        print(_("%(count)d consents taken back once more, with what stood under them.") % {"count": consents})
    left = backup_marks.still_there()
    if left:
        print(
            _("%(count)d erased customers have open cases in this backup; erase them again once these are closed.")
            % {"count": len(left)}
        )
    found = 0
    for audit, fine in (
        (audit_journal, _("The journal is whole.")),
        (audit_clocks, _("Every clock is as the journal says.")),
    ):
        differences = [str(difference) for difference in audit(progress=line)]
        print("\n".join(differences) if differences else fine)
        found += len(differences)
    if found:
        raise typer.Exit(1)
