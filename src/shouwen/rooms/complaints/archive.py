"""The final forms of a month's complaints as one PDF, kept with the signed summary."""

from __future__ import annotations

from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from shouwen.desk import prints
from shouwen.ground import files
from shouwen.ground.actors import system_actor
from shouwen.kernel.models import Attachment, Outbox
from shouwen.kernel.outbox import consumer
from shouwen.kernel.reading import lines_of
from shouwen.rooms.complaints import queries

WORD = "archive"


@consumer("entry", "complaints.archive", calls_out=True)
def keep_final_forms(message: Outbox, at: datetime) -> None:
    """After signing: every form of a complaint that has ended; setting the pages takes long, so no writer waits for it."""
    month, entry = message.case, message.entry
    if month is None or entry is None or (month.kind, entry.step) != ("complaint_month", "sign"):
        return
    if Attachment.objects.filter(entry=entry, word=WORD).exists():
        return
    actor, pages = system_actor(month.org_id), []
    for case in queries.of_month(month.site_id, month.fact("month")):
        lines = lines_of(case, actor=actor)
        if case.closed_at is not None:
            pages += [
                prints.html_of(case, form, actor=actor, at=at, lines=lines, pdf=True)
                for form in prints.forms_of(case, lines)
            ]
    if not pages:
        return
    name = f"{month.no}-{month.fact('month'):%Y-%m}.pdf"
    upload = SimpleUploadedFile(name, prints.pdf_of(*pages), content_type="application/pdf")
    kept = files.keep(upload, org_id=month.org_id, purpose=WORD, at=at)
    Attachment(org_id=month.org_id, case=month, entry=entry, file=kept, word=WORD).save(force_insert=True)
