"""How the installation does: numbers, worker and messages, the journal with its check, storage."""

from __future__ import annotations

import shutil
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse

from shouwen.desk.counts import bounded
from shouwen.desk.dossier import seal_code
from shouwen.desk.views.settings import page, section
from shouwen.ground.models import File, Organization, Staff
from shouwen.kernel import audit, words
from shouwen.kernel.models import Beat, Case, Entry, Outbox, Schedule, Seal, Series, Stream
from shouwen.kernel.registry import kinds

SILENT = timedelta(seconds=30)  # a worker that gave no sign of life for so long is not counted as alive
MOST_CHECKED = 20_000  # entries that a page may check while somebody waits; more is for the command
FEW = 50


@section("numbers")
def numbers(request: HttpRequest) -> HttpResponse:
    """Every series of numbers: what it counts, the last one given, this period's and the ones before."""
    letters = {kind.number: kind.label() for kind in kinds.values() if kind.number}
    rows = [
        {
            "series": row,
            "label": letters.get(row.key, row.key),
            "last": f"{row.key}{row.period}-{row.last:04d}" if row.period else str(row.last),
        }
        for row in Series.objects.filter(org_id=request.actor.org_id).order_by("key", "-period")[:200]
    ]
    return page(request, "numbers", {"rows": rows, "letters": sorted(letters.items())})


@section("work")
def work(request: HttpRequest) -> HttpResponse:
    """Whether a worker lives, what waits for it, what it could not deliver, and the timed tasks."""
    org_id = request.actor.org_id
    waiting = Outbox.objects.filter(org_id=org_id, done_at__isnull=True)
    by_topic = waiting.filter(dead_at__isnull=True).values_list("topic").annotate(Count("id")).order_by("topic")
    beats = list(Beat.objects.filter(stopped_at__isnull=True).order_by("-beat_at")[:8])
    context = {
        "beats": [(beat, request.at - beat.beat_at < SILENT) for beat in beats], "topics": list(by_topic),
        "waiting": bounded(waiting.filter(dead_at__isnull=True)),
        "oldest": waiting.filter(dead_at__isnull=True, not_before__lte=request.at).order_by("not_before").first(),
        "failing": list(waiting.filter(dead_at__isnull=True, tries__gt=0).select_related("case").order_by("-tries", "id")[:FEW]),
        "dead": list(waiting.filter(dead_at__isnull=False).select_related("case").order_by("-id")[:FEW]),
        "tasks": [
            (row, words.label(row.key.replace(".", "_"), "timed"))
            for row in Schedule.objects.filter(org_id=org_id).order_by("key")
        ],
        "alive": any(request.at - beat.beat_at < SILENT for beat in beats),
    }  # fmt: skip
    return page(request, "work", context)


@section("journal")
def journal(request: HttpRequest) -> HttpResponse:
    """What was changed outside of cases, newest first; the seals; and whether every chain is whole."""
    org_id = request.actor.org_id
    kind = request.GET.get("type", "").replace("\x00", "")[:40]
    entries = Entry.objects.filter(org_id=org_id).exclude(stream_type="case")
    if kind:
        entries = entries.filter(stream_type=kind)
    rows = list(entries.select_related("data").order_by("-id")[:FEW])
    streams = {one.pk: one for one in Stream.objects.filter(pk__in=[row.stream_id for row in rows])}
    people = {one.pk: one.name for one in Staff.objects.filter(pk__in=[row.actor_id for row in rows if row.actor_id])}
    types = (
        Stream.objects.filter(org_id=org_id).order_by("stream_type").values_list("stream_type", flat=True).distinct()
    )
    context: dict[str, Any] = {
        "rows": [
            {
                "entry": row, "stream": streams.get(row.stream_id), "who": people.get(row.actor_id, words.label("system")),
                "sort": type_label(row.stream_type), "said": words.label(row.step, "written"),
            }
            for row in rows
        ],
        "types": [(one, type_label(one)) for one in types], "type": kind,
        "seals": [(one, seal_code(one.root)) for one in Seal.objects.filter(org_id=org_id).order_by("-day")[:14]],
        "entries": Entry.objects.filter(org_id=org_id).order_by()[: MOST_CHECKED + 1].count(), "most": MOST_CHECKED,
    }  # fmt: skip
    context["may_check"] = context["entries"] <= MOST_CHECKED
    if request.method == "POST" and context["may_check"]:
        org = Organization.objects.get(pk=org_id)
        context["checked"], context["wrong"] = True, list(islice(audit.audit_journal(org), FEW))
        context["clocks_wrong"] = list(islice(audit.audit_clocks(org), FEW))
    return page(request, "journal", context)


def type_label(stream_type: str) -> str:
    """A sort of stream in words: a register by its name."""
    sort, _dot, name = stream_type.partition(".")
    return words.label(name or sort)


@section("storage")
def storage(request: HttpRequest) -> HttpResponse:
    """How large the database and the files are, by purpose, and how much room is left."""
    org_id = request.actor.org_id
    files = File.objects.filter(org_id=org_id, erased_at__isnull=True)
    purposes = files.values_list("purpose").annotate(Count("id"), Sum("size")).order_by("purpose")
    folder = Path(settings.DATA)
    room = shutil.disk_usage(folder) if folder.exists() else None
    context = {
        "database": connection.vendor, "size": database_size(), "folder": folder,
        "purposes": [(words.label(purpose), count, size or 0) for purpose, count, size in purposes],
        "whole": files.aggregate(Count("id"), Sum("size")), "erased": File.objects.filter(org_id=org_id, erased_at__isnull=False).count(),
        "free": room.free if room else 0, "total": room.total if room else 0, "low": bool(room) and room.free < 500 * 1024 * 1024,
        "cases": bounded(Case.objects.filter(org_id=org_id)), "open": bounded(Case.objects.filter(Q(closed_at__isnull=True), org_id=org_id)),
    }  # fmt: skip
    return page(request, "storage", context)


def database_size() -> int:
    """Bytes of the database, as it says itself."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])
