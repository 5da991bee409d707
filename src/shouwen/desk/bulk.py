"""Several papers as one PDF, set in the background while somebody goes on working; kept for a day, then removed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import translation

from shouwen.desk import prints
from shouwen.ground import files
from shouwen.ground.actors import Actor, actor_for, system_actor
from shouwen.ground.models import Account, File
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Attachment, Case, Entry, Outbox, Run, RunItem
from shouwen.kernel.reading import lines_of

KEY = "papers"  # of the runs and of their messages
MOST = 200  # papers of one file
KEPT = timedelta(days=1)


def order(cases: Iterable[Case], form: str, *, actor: Actor, at: datetime, language: str) -> Run:
    """Asks for the form of these cases as one file; those that have no such form are left out when it is set."""
    wanted = list(cases)[:MOST]
    with transaction.atomic():
        run = Run.objects.create(
            org_id=actor.org_id, key=KEY, staff_id=actor.staff_id, created_at=at, total=len(wanted),
            data={"form": form, "account": actor.account_id, "language": language},
        )  # fmt: skip
        RunItem.objects.bulk_create([RunItem(run=run, subject=case.pk) for case in wanted])
        Outbox.objects.create(org_id=actor.org_id, topic=KEY, ref=run.pk, created_at=at, not_before=at)
    return run


def archive(cases: Iterable[Case], *, entry: Entry, word: str, at: datetime, language: str = "zh-hans") -> Run:
    """Asks for all forms of these cases as one file that stays with an entry; made anew where an erasure takes it away."""
    wanted = list(cases)
    with transaction.atomic():
        run, made = Run.objects.get_or_create(
            org_id=entry.org_id, key=KEY, data__entry=entry.pk,
            defaults={
                "created_at": at, "total": len(wanted), "data": {"form": "", "language": language, "entry": entry.pk, "word": word},
            },
        )  # fmt: skip
        if made:
            RunItem.objects.bulk_create([RunItem(run=run, subject=case.pk) for case in wanted])
            Outbox.objects.create(org_id=entry.org_id, topic=KEY, ref=run.pk, created_at=at, not_before=at)
    return run


def start(run_id: int, *, at: datetime) -> None:
    """Sets the papers in a process of their own, so that no alarm waits for them."""
    command = [sys.executable, "-m", "shouwen.desk.typesetter", str(run_id), at.isoformat()]
    subprocess.Popen(command, env={**os.environ}, start_new_session=True, stdin=subprocess.DEVNULL)


def set_papers(run_id: int, *, at: datetime) -> None:
    """Sets every paper of a run and keeps the file. Run again after a crash it begins anew; a finished one stays."""
    run = Run.objects.filter(pk=run_id, key=KEY, done_at__isnull=True).first()
    actor = _printer(run, at=at) if run else None
    if run is None or actor is None:
        return
    pages: list[tuple[int, str]] = []
    items = {item.subject: item for item in run.items.order_by("id")}
    with translation.override(run.data["language"]):
        for case in visible_to(actor).filter(pk__in=list(items)).select_related(*RELATED).order_by("opened_at", "id"):
            lines = lines_of(case, actor=actor)
            for form in prints.forms_of(case, lines):
                if run.data["form"] in ("", form.key):
                    pages.append((case.pk, prints.html_of(case, form, actor=actor, at=at, lines=lines, pdf=True)))

        def told(done: int) -> None:
            RunItem.objects.filter(pk=items[pages[done - 1][0]].pk).update(done_at=at, outcome="set")

        data = prints.pdf_of(*[page for _pk, page in pages], progress=told) if pages else b""
    _keep(run, data, at=at)


def _printer(run: Run, *, at: datetime) -> Actor | None:
    """For whom the papers are set: whoever asked, with their rights of now; the product itself for an archive."""
    if "entry" in run.data:
        return system_actor(run.org_id)
    account = Account.objects.filter(pk=run.data["account"], is_active=True).first()
    return actor_for(account, at=at) if account else None


RELATED = ("place", "site", "party", "owner", "owner_office", "first_contact", "dept", "assignee")


def _keep(run: Run, data: bytes, *, at: datetime) -> None:
    """The file of a run; that of an archive stays with its entry, that of a person is kept for a day."""
    with transaction.atomic():
        if data:
            entry = Entry.objects.filter(pk=run.data.get("entry") or 0).first()
            upload = SimpleUploadedFile(
                f"{run.data['form'] or run.data['word']}-{at:%Y%m%d}.pdf", data, content_type="application/pdf"
            )
            kept = files.keep(upload, org_id=run.org_id, purpose=run.data["word"] if entry else KEY, at=at)
            run.data["file"] = kept.pk
            if entry is not None:
                Attachment(
                    org_id=run.org_id, case_id=entry.stream_id, entry=entry, file=kept, word=run.data["word"]
                ).save(force_insert=True)  # fmt: skip
        run.done_at = at
        run.save(update_fields=["data", "done_at"])


def tidy(org_id: int, *, at: datetime) -> int:
    """Removes files that were kept long enough: what was printed lies in the cases themselves."""
    old = File.objects.filter(org_id=org_id, purpose=KEY, erased_at__isnull=True, created_at__lte=at - KEPT)
    found = list(old)
    with transaction.atomic():
        for file in found:
            files.remove(file, at=at)
    return len(found)
