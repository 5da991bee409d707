"""Notices in the organization's own words, and what each person is told of by mail."""

from __future__ import annotations

import pytest
from django.core import mail as post

from shouwen.kernel import audit, mail, wordings
from shouwen.kernel.models import Entry, Notice, NoticeOff, Wording
from shouwen.kernel.refusals import Invalid, NotAllowed
from tests.support import act
from tests.world import MONDAY

pytestmark = pytest.mark.django_db
PAGE = "/settings/notices"
OWN = {"key": "step", "language": "zh-hans", "text": "{no}：{step}，请看。"}


@pytest.fixture
def notice(world) -> Notice:
    act(world, "open", kind="complaint", who="desk", place="1-1-101", at=MONDAY)
    return Notice.objects.filter(staff=world.staff["steward1"]).get()


def test_own_words_are_looked_at_then_said_from_now_on(world, visit, notice):
    manager = visit("manager")
    assert mail.sentence(notice) == f"{notice.case.no}（投诉）：受理投诉。"
    html = manager.post(PAGE, {**OWN, "_look": "1"}).content.decode()
    assert "TS2611-0001：受理，请看。" in html
    assert not Wording.objects.exists(), "looking changes nothing"
    assert manager.post(PAGE, {**OWN, "_keep": "1"}).status_code == 302
    assert mail.sentence(notice) == f"{notice.case.no}：受理投诉，请看。"
    assert "受理投诉，请看。" in visit("steward1").get("/notices").content.decode()
    page = manager.get(PAGE).content.decode()
    assert world.staff["manager"].name in page and "您自己的话" in page
    manager.post(PAGE, {**OWN, "_back": "1"})
    assert mail.sentence(notice) == f"{notice.case.no}（投诉）：受理投诉。"
    assert Entry.objects.filter(stream_type="wording").count() == 2
    assert list(audit.audit_journal()) == []


def test_each_language_has_its_own(world, visit, notice):
    visit("manager").post(PAGE, {**OWN, "_keep": "1"})
    from django.utils.translation import override

    with override("en"):
        assert mail.sentence(notice) == f"{notice.case.no} (Complaint): Take a complaint."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{no} {whom}", "{whom}"), ("{no} {step.kind}", "{step.kind}"), ("{no!r}", "{no!r}"), ("{no:>9}", "{no:>9}"),
        ("{no", "{no}"), ("{step}", "{no}"), ("{no} {}", "{}"), ("{no}" + "长" * 400, "300"),
    ],
)  # fmt: skip
def test_a_bad_placeholder_is_refused_with_a_sentence(visit, notice, text, said):
    response = visit("manager").post(PAGE, {**OWN, "text": text, "_keep": "1"})
    assert response.status_code == 422
    html = response.content.decode()
    assert 'role="alert"' in html and said.replace(">", "&gt;") in html
    assert not Wording.objects.exists()


def test_a_refusal_is_said_in_the_readers_language(visit, notice):
    english = visit("manager", language="en")
    html = english.post(PAGE, {**OWN, "text": "{no} {whom}", "_look": "1"}).content.decode()
    assert "There is no placeholder {whom} here" in html


def test_only_an_office_of_the_whole_organization_changes_them(world, visit, notice):
    with pytest.raises(NotAllowed):
        wordings.reword("step", "en", "{no}", actor=world.actor("director"), at=MONDAY)
    assert visit("steward1").get(PAGE).status_code == 403
    with pytest.raises(Invalid):
        wordings.reword("alarm", "en", "{no} {step}", actor=world.actor("manager"), at=MONDAY)


def test_every_sentence_as_delivered_is_one_that_may_be_kept():
    for key in wordings.SAMPLES:
        for language in wordings.LANGUAGES:
            text = wordings.written(key, language)
            assert wordings.checked(key, text) == text
            assert "{" not in wordings.sample(key, language, text)


@pytest.fixture
def mailed(settings, world, notice):
    settings.EMAIL_HOST = "mail.example.invalid"

    def sent() -> list[str]:
        post.outbox.clear()
        mail.send_notices(Notice.objects.filter(pk=notice.pk), at=MONDAY)
        return [message.to[0] for message in post.outbox]

    return sent


def test_what_one_does_not_want_is_not_mailed_and_stands_in_the_product(world, visit, notice, mailed):
    steward = visit("steward1")
    steward.post("/account/notices", {"topic": ["alarm", "calendar.changed"]})
    assert mailed() == []
    assert notice.case.no in steward.get("/notices").content.decode()
    steward.post("/account/notices", {"topic": ["step", "alarm"]})
    assert mailed() == ["steward1@example.invalid"]


def test_what_must_be_told_cannot_be_switched_off(world, visit, notice, mailed):
    steward = visit("steward1")
    page = steward.get("/account").content.decode()
    assert 'name="topic" id="topic-alarm"' in page and 'id="topic-missed"' not in page
    steward.post("/account/notices", {})
    assert set(NoticeOff.objects.values_list("topic", flat=True)) == {
        "step", "alarm", "revised", "calendar.changed",
    }  # fmt: skip
    notice.template, notice.words, notice.case = "alarms.missed", {"count": 2, "cases": ["TS1"]}, None
    notice.save()
    assert mailed() == ["steward1@example.invalid"]


def test_the_bell_counts_what_one_wants_it_to_and_the_list_holds_everything(world, visit, notice):
    steward = visit("steward1")

    def bell() -> str:
        return steward.get("/notices/bell").context["notices"]

    assert bell() == "1"
    page = {"_bell": "1", "topic": ["step"]}
    steward.post("/account/notices", {**page, "bell": ["alarm"]})
    assert bell() == "0"
    assert notice.case.no in steward.get("/notices").content.decode()
    steward.post("/account/notices", {"topic": ["step"]})
    assert bell() == "0", "a form that does not ask about the bell leaves it"
    Notice.objects.filter(pk=notice.pk).update(template="alarms.missed")
    assert bell() == "1", "what must be told rings whatever was chosen"
    Notice.objects.filter(pk=notice.pk).update(template=notice.template)
    steward.post("/account/notices", {**page, "bell": ["step"]})
    assert bell() == "1"


def test_customers_have_no_such_choice(world, visit):
    assert visit("fang").post("/account/notices", {}).status_code == 404
