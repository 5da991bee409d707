"""The erase run: said first, done when told to; what went is nowhere, what stayed is said with its reason, the chain proves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shouwen.ground import files
from shouwen.ground.models import File, Party, Role
from shouwen.kernel import audit, keeping, policies, retention
from shouwen.kernel.models import Attachment, Case, Entry, EntryData, Look
from shouwen.kernel.refusals import NotAllowed
from tests.kernel.test_erase import PHONE, complaint, places_with, somebody
from tests.support import a_case, unchanged
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db(transaction=True)
YEARS_ON = MONDAY + timedelta(days=4 * 365)


@pytest.fixture(autouse=True)
def own_book(settings, tmp_path):
    settings.DATA = tmp_path


def gone(world: World) -> Party:
    """A customer who moved out in 2026, with a case that was closed, a voucher on it, and a look at their card."""
    party = somebody(world)
    Role.objects.create(
        org=world.org, party=party, place=world.home, role="OWNER", from_date=date(2024, 1, 1),
        until_date=date(2026, 12, 1),
    )  # fmt: skip
    case = complaint(world, party)
    last = Entry.objects.filter(stream_type="case", stream_id=case.pk).order_by("-seq")[0]
    paper = files.keep(
        SimpleUploadedFile("收据.txt", b"paid 30 yuan"), org_id=world.org.pk, purpose="receipt", at=MONDAY
    )
    Attachment.objects.create(org=world.org, case=case, entry=last, file=paper, word="receipt")
    Look.objects.create(
        org=world.org,
        staff=world.staff["desk"],
        party=party,
        what="contact.shown",
        purpose="call_back",
        looked_at=MONDAY,
    )
    return party


def test_erase_run_on_a_customer_what_went_what_stayed_and_why(world):
    party = gone(world)
    case = Case.objects.get(party=party)
    with unchanged():
        (plan,) = retention.run(world.org.pk, at=YEARS_ON).plans
    assert (plan.party, plan.cases, plan.files, plan.holds) == (party, 1, 1, [])
    assert "2026-12-01" in plan.because and "36" in plan.because

    report = retention.run(world.org.pk, at=YEARS_ON, do=True)

    (done,) = report.plans
    assert done.erased is not None
    assert (done.erased.cases, done.erased.files, done.erased.kept) == (1, 1, 1)
    assert done.erased.entries == plan.entries == EntryData.objects.filter(erased_by__isnull=False).count()
    assert places_with("canary7391", "暗号", PHONE) == []
    assert list(audit.audit_journal()) == [] and list(audit.audit_clocks()) == []
    stays = " ".join(done.stays)
    for words in ("摘要", "1 件事项", "凭证", "2056-11-23", "房屋", "查看"):
        assert words in stays, (words, stays)
    voucher = File.objects.get(retention=keeping.ACCOUNTING)
    assert voucher.erased_at is None and files.open_file(voucher).read() == b"paid 30 yuan"
    assert Case.objects.get(pk=case.pk).closed_at == case.closed_at and Look.objects.filter(party=party).exists()
    assert retention.run(world.org.pk, at=YEARS_ON, do=True).plans == []


def test_who_still_lives_here_or_left_lately_or_has_an_open_case_is_not_due(world):
    party = gone(world)
    assert retention.due(world.org.pk, at=MONDAY + timedelta(days=30)) == {}, "left lately"
    home = {"org": world.org, "party": party, "place": world.places["1-1-102"], "role": "TENANT"}
    Role.objects.create(**home, from_date=date(2027, 1, 1))
    assert retention.due(world.org.pk, at=YEARS_ON) == {}, "lives elsewhere in the community"
    Role.objects.filter(party=party, role="TENANT").update(until_date=date(2027, 2, 1))
    assert list(retention.due(world.org.pk, at=YEARS_ON)) == [party.pk]
    a_case(world, "complaint", customer=party, at=MONDAY + timedelta(days=1))
    assert retention.due(world.org.pk, at=YEARS_ON) == {}, "something is open"


def test_the_term_is_a_policy_of_the_house(world):
    party = gone(world)
    policies.publish(
        "privacy.keep_months",
        {"FORMER": 60, "CASE": "never"},
        actor=world.actor("manager"),
        at=MONDAY + timedelta(days=9),
    )
    assert retention.due(world.org.pk, at=YEARS_ON) == {}
    assert list(retention.due(world.org.pk, at=MONDAY + timedelta(days=6 * 365))) == [party.pk]
    assert keeping.months(world.org.pk, "CASE", YEARS_ON) == 36, "what is no number leaves the term delivered"


def test_a_room_may_hold_and_promise_an_erasure(world, monkeypatch):
    party = somebody(world)
    monkeypatch.setattr(retention, "wishes", [lambda org_id, at: {party.pk: "promised in KB1"}])
    monkeypatch.setattr(retention, "holds", [lambda cards, at: ["30 yuan are owed"] if party.pk in cards else []])
    (plan,) = retention.run(world.org.pk, at=MONDAY, do=True).plans
    assert (plan.because, plan.holds, plan.erased) == ("promised in KB1", ["30 yuan are owed"], None)
    assert Party.objects.get(pk=party.pk).erased_at is None
    monkeypatch.setattr(retention, "holds", [])
    assert retention.run(world.org.pk, at=MONDAY, do=True).plans[0].erased is not None


def test_files_go_when_their_own_term_is_over_though_the_customer_stays(world):
    fang = world.parties["fang"]
    done, opened = complaint(world, fang), a_case(world, "complaint", customer=fang)
    paper = {"org_id": world.org.pk, "purpose": "photo"}
    early = files.keep(SimpleUploadedFile("a.txt", b"until May"), **paper, at=MONDAY)
    waits = files.keep(SimpleUploadedFile("b.txt", b"of an open case"), **paper, at=MONDAY)
    voucher = files.keep(SimpleUploadedFile("c.txt", b"voucher"), org_id=world.org.pk, purpose="receipt", at=MONDAY)
    File.objects.filter(pk__in=[early.pk, waits.pk]).update(expires_date=date(2027, 5, 1))
    entry = Entry.objects.filter(stream_id=done.pk).first()
    for file, case in ((early, done), (waits, opened), (voucher, done)):
        Attachment.objects.create(org=world.org, case=case, entry=entry, file=file, word="photo")

    report = retention.run(world.org.pk, at=MONDAY + timedelta(days=200), do=True)
    assert [file.pk for file in report.files] == [early.pk]
    assert [(file.pk, opened.no in why) for file, why in report.files_held] == [(waits.pk, True)]
    assert not files.path_of(early.sha256).exists() and files.path_of(waits.sha256).exists()
    entry = Entry.objects.get(stream_type="erase", facts__has_key="files")
    assert entry.facts["files"] == [early.pk]

    later = retention.run(world.org.pk, at=YEARS_ON, do=True)
    assert voucher.pk not in [file.pk for file in later.files]
    assert len(later.files) == 1, "the slip of the closed case"
    assert list(audit.audit_journal()) == []
    assert Party.objects.get(pk=fang.pk).erased_at is None


def test_the_run_is_for_the_manager(world):
    with pytest.raises(NotAllowed):
        retention.run(world.org.pk, at=MONDAY, actor=world.actor("desk"))
    assert retention.run(world.org.pk, at=MONDAY, actor=world.actor("manager")).plans == []
