"""The care profile: nothing without consent, nothing in clear at rest, nothing left once the consent is taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from shouwen.kernel import audit, backup_marks, policies
from shouwen.kernel.models import Consent, Look
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal
from shouwen.kernel.registers import register
from shouwen.rooms.customers import care
from shouwen.rooms.customers.models import CareFact
from tests.customers.test_page import page_of
from tests.support import unchanged
from tests.world import MONDAY

HOUR = timedelta(hours=1)
SECRET = "花生过敏"
pytestmark = pytest.mark.clause("S6-6.06")


def assessed(world, *, until=date(2027, 11, 1), **more):
    """An impact assessment for the sensitive topics, decided by the director."""
    values = {
        "processing": "care_sensitive", "purpose": "关怀", "necessity": "客户要求", "risks": "泄露", "measures": "加密、留痕",
        "decided_by": world.staff["director"], "decided_date": date(2026, 11, 1), "review_date": until, **more,
    }  # fmt: skip
    return register("assessment").add(values, actor=world.actor("director"), at=MONDAY)


@pytest.fixture
def on(world):
    """A house that keeps the profile, sensitive topics too, and a customer of it."""
    assessed(world)
    for switch in (care.PROFILE, care.DELICATE):
        policies.publish(switch.key, True, actor=world.actor("manager"), at=MONDAY)
    return world.parties["fang"]


@pytest.mark.parametrize("more", [{"until": date(2026, 11, 20)}, {"processing": "id_copies"}, {"decided": False}, None])
def test_sensitive_topics_are_turned_on_only_under_an_assessment_in_force(world, more):
    """None, one past its review, one for something else, one not decided: each leaves them off, with the sentence and clause."""
    if more is not None:
        none = {"decided_by": None, "decided_date": None, "until": None}
        assessed(world, **(none if more.pop("decided", True) is False else more))
    policies.publish(care.PROFILE.key, True, actor=world.actor("manager"), at=MONDAY)
    with unchanged(), pytest.raises(Refusal) as refused:
        policies.publish(care.DELICATE.key, True, actor=world.actor("manager"), at=MONDAY + HOUR)
    assert refused.value.clause == "S6-6.06" and "影响评估" in refused.value.sentence
    with unchanged(), pytest.raises(Refusal) as refused:
        care.give(world.parties["fang"], "health", how="signed", actor=world.actor("desk"), at=MONDAY + HOUR)
    assert refused.value.clause == "S6-6.06"
    assert care.give(world.parties["fang"], "hobby", how="signed", actor=world.actor("desk"), at=MONDAY + HOUR)
    policies.publish(care.DELICATE.key, False, actor=world.actor("manager"), at=MONDAY + HOUR)


def test_past_its_review_nothing_sensitive_is_noted_any_more(world, on):
    care.give(on, "health", how="signed", actor=world.actor("desk"), at=MONDAY + HOUR)
    late = MONDAY + timedelta(days=400)
    with unchanged(), pytest.raises(Invalid) as refused:
        note(world, on, "health", SECRET, at=late)
    assert "影响评估" in refused.value.errors["topic"][0]
    assessed(world, until=date(2028, 11, 1))
    assert note(world, on, "health", SECRET, at=late + HOUR).pk


def test_a_consent_taken_back_stays_so_in_a_restored_backup(
    world, on, settings, tmp_path, django_capture_on_commit_callbacks
):
    """An older copy knows the fact again; the list beside the database takes it back once more. A later yes stands."""
    settings.DATA, desk = tmp_path, world.actor("desk")
    care.give(on, "hobby", how="signed", actor=desk, at=MONDAY + HOUR)
    fact = note(world, on, "hobby", "太极")
    given, kept = Consent.objects.values().get(), CareFact.objects.values().get()
    with django_capture_on_commit_callbacks(execute=True):
        care.withdraw(on, "hobby", actor=desk, at=MONDAY + 2 * HOUR)
    assert "太极" not in backup_marks.book().read_text() and list(backup_marks.noted()) == []

    Consent.objects.filter(pk=given["id"]).update(withdrawn_at=None)
    CareFact.objects.create(**kept)
    with django_capture_on_commit_callbacks(execute=True):
        assert backup_marks.withdraw_again(at=MONDAY + 3 * HOUR) == 1
    assert not CareFact.objects.filter(pk=fact.pk).exists() and Consent.objects.get().withdrawn_at is not None
    assert backup_marks.withdraw_again(at=MONDAY + 4 * HOUR) == 0

    care.give(on, "hobby", how="signed", actor=desk, at=MONDAY + 5 * HOUR)
    note(world, on, "hobby", "书法", at=MONDAY + 5 * HOUR)
    assert backup_marks.withdraw_again(at=MONDAY + 6 * HOUR) == 0 and CareFact.objects.get().value == "书法"
    assert [str(one) for one in audit.audit_journal()] == []


def note(world, party, topic, value, who="desk", at=MONDAY + HOUR):
    values = {"party": party, "topic": topic, "value": value, "source": "本人告知"}
    return register("care").add(values, actor=world.actor(who), at=at)


def test_it_is_off_by_default(world):
    fang = world.parties["fang"]
    with unchanged():
        with pytest.raises(Refusal):
            care.give(fang, "birthday", how="signed", actor=world.actor("desk"), at=MONDAY)
        with pytest.raises(Invalid):
            note(world, fang, "birthday", "3 月 7 日")
    assert "关怀档案" not in page_of(world, "desk").get(f"/customers/{fang.pk}").content.decode()


def test_nothing_is_noted_without_consent_to_that_very_topic(world, on):
    desk = world.actor("desk")
    care.give(on, "birthday", how="signed", actor=desk, at=MONDAY + HOUR)
    with unchanged(), pytest.raises(Invalid) as refused:
        note(world, on, "health", SECRET)
    assert "topic" in refused.value.errors
    assert note(world, on, "birthday", "3 月 7 日").value == "3 月 7 日"
    given = Consent.objects.get()
    assert (given.purpose, given.how) == ("care.birthday", "signed") and "生日" in given.words_shown
    with unchanged(), pytest.raises(Refusal):
        care.give(on, "birthday", how="signed", actor=desk, at=MONDAY + HOUR)


def test_for_children_the_guardian_consents(world, on):
    with unchanged(), pytest.raises(Invalid) as refused:
        care.give(on, "schooling", how="signed", actor=world.actor("desk"), at=MONDAY + HOUR)
    assert "guardian" in refused.value.errors
    assert care.give(on, "schooling", how="signed", guardian=True, actor=world.actor("desk"), at=MONDAY + HOUR)
    with unchanged(), pytest.raises(Invalid):
        care.give(on, "colour", how="", actor=world.actor("desk"), at=MONDAY + HOUR)


def clear_text() -> str:
    """Everything the tables of facts and journal hold, as a thief of the file would read it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM customers_carefact")
        rows = cursor.fetchall()
        cursor.execute("SELECT body FROM kernel_entrydata WHERE body IS NOT NULL")
        return f"{rows}{cursor.fetchall()}".encode().decode("unicode_escape", "replace") + f"{rows}"


def test_what_is_sensitive_is_sealed_masked_and_opened_for_a_purpose(world, on):
    care.give(on, "health", how="said_aloud", actor=world.actor("desk"), at=MONDAY + HOUR)
    row = note(world, on, "health", SECRET)
    register("care").edit(row, {"value": f"{SECRET}，慎"}, actor=world.actor("desk"), at=MONDAY + HOUR)
    assert SECRET not in clear_text()

    desk = page_of(world, "desk")
    page = desk.get(f"/customers/{on.pk}").content.decode()
    assert "健康状况" in page and SECRET not in page
    sent = {"register": "care", "row": str(row.pk), "purpose": "for_safety"}
    assert SECRET in desk.post(f"/customers/{on.pk}/look", sent).content.decode()
    assert Look.objects.exclude(what="party.page").get().what == "care.value"
    for who in ("fitter", "fang", "nobody"):
        assert page_of(world, who).post(f"/customers/{on.pk}/look", sent).status_code == 404
        assert "健康状况" not in page_of(world, who).get(f"/customers/{on.pk}").content.decode()


def test_a_consent_taken_back_leaves_nothing_and_the_journal_proves_it(world, on):
    desk = world.actor("desk")
    for topic in ("health", "hobby"):
        care.give(on, topic, how="signed", actor=desk, at=MONDAY + HOUR)
    row = note(world, on, "health", SECRET)
    register("care").edit(row, {"value": "好转"}, actor=desk, at=MONDAY + HOUR)
    kept = note(world, on, "hobby", "太极")

    care.withdraw(on, "health", actor=desk, at=MONDAY + 2 * HOUR)

    assert list(CareFact.objects.all()) == [kept]
    bodies = [e.data.body for e in register("party").history(on).filter(facts__register="care").select_related("data")]
    assert [body is None for body in bodies] == [True, True, False]
    assert Consent.objects.get(purpose="care.health").withdrawn_at == MONDAY + 2 * HOUR
    assert [str(d) for d in audit.audit_journal()] == []
    with unchanged(), pytest.raises(Refusal):
        care.withdraw(on, "health", actor=desk, at=MONDAY + 2 * HOUR)
    with unchanged(), pytest.raises(NotAllowed):
        care.withdraw(on, "hobby", actor=world.actor("fitter"), at=MONDAY + 2 * HOUR)


def test_on_the_page_consent_first_then_the_fact(world, on, monkeypatch):
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: MONDAY + HOUR)
    desk, url = page_of(world, "desk"), f"/customers/{on.pk}"
    sent = {"topic": "hobby", "value": "太极", "source": "走访"}
    assert desk.post(f"{url}/care", sent).status_code == 422
    assert desk.post(f"{url}/consent", {"topic": "hobby", "how": "signed"}).status_code == 302
    assert desk.post(f"{url}/care", sent).status_code == 302
    assert "太极" in desk.get(url).content.decode()
    assert desk.post(f"{url}/consent", {"topic": "hobby", "_do": "withdraw"}).status_code == 302
    assert "太极" not in desk.get(url).content.decode()
