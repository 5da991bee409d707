"""A year in bulk: copies with chains, clocks and figures of their own; broken off, it goes on; everything proves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.ground.models import Party, Place
from shouwen.kernel.audit import audit_clocks, audit_journal
from shouwen.kernel.models import Case, Clock, Entry, EntryData, RunItem
from shouwen.packs import scale
from shouwen.packs.choice import found, packs
from shouwen.packs.property import story
from tests.world import at

pytestmark = pytest.mark.django_db
NOW = at("2026-11-25 15:40")
CASES, CUSTOMERS = 260, 900


class Broken(Exception):
    """Somebody pulled the plug."""


@pytest.fixture
def org(settings, tmp_path):
    settings.FILES = tmp_path
    org = found(packs()["property"], name=story.NAME, at=NOW - timedelta(days=8), is_demo=True)
    story.tell(org, now=NOW, days=7, recent=12)
    return org


def silent(percent: int, what: str) -> None:
    """Shows nothing."""


def fill(org, progress=silent) -> int:
    run = scale.begin(org, cases=CASES, customers=CUSTOMERS, now=NOW)
    sites = scale.build_towns(org, run, story, customers=CUSTOMERS, progress=silent)
    done = scale.fill(run, sites, processes=0, progress=progress)
    scale.finish(run, at=NOW)
    return done


def test_a_year_in_bulk_proves_and_goes_on_where_it_was_broken_off(org):
    before, calls = Case.objects.count(), []

    def plug(percent: int, what: str) -> None:
        calls.append(what)
        if len(calls) == 20:
            raise Broken

    with pytest.raises(Broken):
        fill(org, plug)
    written = Case.objects.count() - before
    assert written == int(calls[-1])

    assert fill(org) == CASES - written
    assert Case.objects.count() - before == CASES
    assert not RunItem.objects.filter(done_at__isnull=True).exists()
    assert list(audit_journal()) == [] and list(audit_clocks()) == []
    _spread(before)


def _spread(before: int) -> None:
    """Over a year and several communities, with many entries, no two chains or words salted alike."""
    assert Party.objects.count() >= CUSTOMERS
    assert set(Case.objects.values_list("site_id", flat=True)) == set(
        Place.objects.filter(kind="community").values_list("id", flat=True)
    )
    months = {f"{opened:%Y-%m}" for opened in Case.objects.values_list("opened_at", flat=True)}
    assert len(months) >= 12 and not Case.objects.filter(opened_at__gt=NOW).exists()
    assert Entry.objects.filter(stream_type="case").count() / Case.objects.count() >= 4
    assert EntryData.objects.values("salt").distinct().count() == EntryData.objects.count()
    assert {"kept", "late", None} <= set(Clock.objects.values_list("verdict", flat=True))
    kinds = set(Case.objects.exclude(site__code="青禾苑").values_list("kind", flat=True))
    assert {"complaint", "repair", "enquiry"} <= kinds
    home = Case.objects.filter(place__kind="unit").exclude(site_id=Place.objects.get(code="青禾苑").pk).first()
    assert home is not None and home.owner_office.site_id == home.site_id == home.place.site_id
    assert home.party is None or home.party.roles.filter(place=home.place).exists()
