"""A person's values go from every table, index, log and file, and the journal still proves."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from shouwen.ground import files
from shouwen.ground.models import Account, ContactPoint, File, Party, Role
from shouwen.ground.search import find
from shouwen.kernel import accounts, audit, backup_marks, erase, indexing, outbox, seals
from shouwen.kernel.models import Case, EntryData, Notice, Outbox, Token
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import NotAllowed, Refusal
from shouwen.kernel.registry import kinds
from tests.support import a_case, act
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db(transaction=True)
CANARY, PHONE = "canary7391暗号", "13900007391"
LATER = MONDAY + timedelta(days=2)


@pytest.fixture(autouse=True)
def own_book(settings, tmp_path):
    settings.DATA = tmp_path


def somebody(world: World) -> Party:
    party = Party.objects.create(org=world.org, name=f"方{CANARY}", pinyin=f"fang{CANARY}", initials=f"f{CANARY}")
    ContactPoint.objects.create(
        org=world.org, party=party, kind="phone", normal=f"+86{PHONE}", shown=PHONE, last4="7391"
    )
    account, _word = accounts.make(f"u-{CANARY}", actor=world.actor("system"), at=MONDAY, party=party)
    Token.objects.create(org=world.org, account=account, name="phone", hash="0" * 64, created_at=MONDAY)
    indexing.index_party(party.pk, at=MONDAY)
    return party


def complaint(world: World, party: Party) -> Case:
    """A complaint led to its end, with the canary in every word and in a file."""
    said = {word: f"{word} {CANARY} {PHONE}" for word in "words cause measure result told note decision".split()}
    case = a_case(world, "complaint", "told", customer=party, **said)
    upload = SimpleUploadedFile(f"{CANARY}.txt", f"附言：{CANARY}".encode())
    last = world.actor("supervisor", at=MONDAY + timedelta(hours=3))
    perform(
        "satisfied", actor=last, at=MONDAY + timedelta(hours=3), case=case, data={"how": "phone", "note": said["note"]},
        files={"slip": upload}, key=f"key-{case.pk}",
    )  # fmt: skip
    Outbox.objects.filter(case=case).update(error=f"mail: refused {CANARY}")
    while outbox.drain("test", at=LATER):
        pass
    return Case.objects.get(pk=case.pk)


def places_with(*needles: str) -> list[str]:
    """Everywhere a needle still stands: tables on either database, database files and logs, stored files."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {table}")
            text = "\n".join(str(row).lower() for row in cursor.fetchall())
            found += [f"table {table}" for needle in needles if needle.lower() in text]
    paths = [path for path in Path(settings.FILES).rglob("*") if path.is_file()]
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        paths += [Path(name + end) for end in ("", "-wal", "-shm", "-journal") if Path(name + end).exists()]
    paths += [backup_marks.book()] if backup_marks.book().exists() else []
    for path in paths:
        data = path.read_bytes().lower()
        found += [f"file {path.name}" for needle in needles if needle.encode() in data]
    return found


def test_erased_values_are_nowhere_and_the_journal_is_green(world):
    party = somebody(world)
    case = complaint(world, party)
    seals.seal_day(world.org.pk, at=MONDAY)
    digest = File.objects.get().sha256
    assert len(places_with("canary7391", PHONE)) > 8

    erased = erase.erase_party(party, actor=world.actor("manager"), at=LATER, reason="the customer asked")

    assert erased == erase.Erased(cases=1, entries=EntryData.objects.filter(erased_by__isnull=False).count(), files=1)
    assert erased.entries == Case.objects.get(pk=case.pk).head_seq + 1  # and the one that made the account
    assert places_with("canary7391", "暗号", PHONE) == []
    assert not (Path(settings.FILES) / digest[:2] / digest).exists()
    assert list(audit.audit_journal()) == [] and list(audit.audit_clocks()) == []


def test_what_an_agent_may_do_and_what_is_known_of_the_person_go_too(world):
    """The words of a power of attorney, its paper, and what the card says of the person."""
    party, zeng = somebody(world), world.parties["zeng"]
    paper = files.keep(
        SimpleUploadedFile("委托.txt", f"授权{CANARY}".encode()), org_id=world.org.pk, purpose="document", at=MONDAY
    )
    role = Role.objects.create(
        org=world.org, party=party, place=world.home, role="AGENT", scope=f"代{CANARY}收房", document=paper,
        from_date=date(2026, 1, 1), until_date=date(2026, 3, 1),
    )  # fmt: skip
    Party.objects.filter(pk=party.pk).update(
        segment="vulnerable",
        source="from_visit",
        referred_by=zeng,
        wish="by_phone",
        quiet_from=time(22),
        quiet_until=time(7),
    )

    erase.erase_party(party, actor=world.actor("manager"), at=LATER, reason="asked")

    role.refresh_from_db()
    assert (role.scope, role.document, role.place) == ("", None, world.home)
    assert places_with("canary7391") == [] and File.objects.get(pk=paper.pk).erased_at == LATER
    left = Party.objects.values("segment", "source", "referred_by", "wish", "quiet_from", "quiet_until").get(
        pk=party.pk
    )
    assert not any(left.values())


def test_erased_customer_is_found_no_more(world):
    party = somebody(world)
    assert find(CANARY, org_id=world.org.pk, kind="party") == [party.pk]

    erase.erase_party(party, actor=world.actor("manager"), at=LATER, reason="asked")

    assert find(CANARY, org_id=world.org.pk, kind="party") == find(PHONE, org_id=world.org.pk, kind="party") == []
    account = Account.objects.get(party=party)
    assert not account.is_active and not account.has_usable_password() and not Token.objects.exists()


def test_open_case_keeps_its_customer(world):
    party = somebody(world)
    a_case(world, "complaint", customer=party)
    with pytest.raises(Refusal, match="未结事项"):
        erase.erase_party(party, actor=world.actor("manager"), at=LATER, reason="asked")
    assert Party.objects.get(pk=party.pk).erased_at is None


def test_erasing_is_for_the_manager_and_needs_a_reason_and_happens_once(world):
    party = somebody(world)
    with pytest.raises(NotAllowed):
        erase.erase_party(party, actor=world.actor("desk"), at=LATER, reason="asked")
    with pytest.raises(Refusal):
        erase.erase_party(party, actor=world.actor("manager"), at=LATER, reason=" ")
    erase.erase_party(party, actor=world.actor("manager"), at=LATER, reason="asked")
    with pytest.raises(Refusal):
        erase.erase_party(party, actor=world.actor("manager"), at=LATER, reason="asked")


def test_file_held_by_another_row_stays(world):
    party, other = somebody(world), world.parties["zeng"]
    complaint(world, party)
    complaint(world, other)
    digest = File.objects.order_by("id").first().sha256

    erase.erase_party(party, actor=world.actor("manager"), at=LATER, reason="asked")

    assert (Path(settings.FILES) / digest[:2] / digest).exists()
    assert File.objects.filter(erased_at__isnull=True).count() == 1


def test_a_failed_erasure_leaves_files_in_place(world, monkeypatch):
    party = somebody(world)
    complaint(world, party)
    digest = File.objects.get().sha256
    monkeypatch.setattr(erase, "_person", lambda *_args: (_ for _ in ()).throw(RuntimeError("power cut")))

    with pytest.raises(RuntimeError):
        erase.erase_party(party, actor=world.actor("manager"), at=LATER, reason="asked")

    assert (Path(settings.FILES) / digest[:2] / digest).exists()
    assert not EntryData.objects.filter(erased_by__isnull=False).exists() and not backup_marks.book().exists()


def test_restored_backup_is_erased_again(world):
    party = somebody(world)
    copy = dict(Party.objects.filter(pk=party.pk).values().get())
    erase.erase_party(party, actor=world.actor("manager"), at=LATER, reason="asked")
    Party.objects.filter(pk=party.pk).update(**copy)
    assert backup_marks.still_there() == [party.pk]

    assert backup_marks.erase_again(at=LATER + timedelta(days=1)) == 1

    assert backup_marks.still_there() == [] and backup_marks.erase_again(at=LATER + timedelta(days=2)) == 0
    assert list(audit.audit_journal()) == []


def test_every_text_column_of_every_sheet_is_emptied_by_an_erasure():
    """Free text is where people write names; a kind that forgets to say so fails here."""
    from django.db import models

    for kind in kinds.values():
        for sheet in filter(None, (kind.sheet, kind.cycle_sheet)):
            texts = {field.name for field in sheet._meta.concrete_fields if isinstance(field, models.TextField)}
            assert texts <= set(sheet.PERSONAL), f"{sheet.__name__}: {texts - set(sheet.PERSONAL)}"


def test_notices_carry_no_words_of_people(world):
    complaint(world, somebody(world))

    assert Notice.objects.exists()
    assert not [notice for notice in Notice.objects.all() if "canary" in str(notice.words) + notice.template]


def test_act_after_erasure_does_not_bring_values_back(world):
    party = somebody(world)
    case = complaint(world, party)
    erase.erase_party(party, actor=world.actor("manager"), at=LATER, reason="asked")
    act(world, "reopen", case, at=LATER + timedelta(days=1), words="又漏了")
    while outbox.drain("test", at=LATER + timedelta(days=1)):
        pass

    assert places_with("canary7391", PHONE) == []
