"""Commands about people and time: user, handover, sweep, doctor, demo."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from shouwen.ground.models import Account, Department, Organization, Staff
from shouwen.kernel import tokens
from shouwen.kernel.audit import audit_journal
from shouwen.kernel.models import Alarm, Case, Clock, Entry, Outbox
from shouwen.packs.choice import packs
from tests.support import a_case

pytestmark = pytest.mark.django_db


def test_first_account_makes_the_organization_of_its_trade(shouwen):
    done = shouwen("user", "create", "chief", "--name", "林主任", "--org", "青禾物业", "--pack", "property")

    assert done.exit_code == 0, done.output
    org, account = Organization.objects.get(), Account.objects.get()
    assert (org.name, org.pack, org.is_demo) == ("青禾物业", "property", False)
    assert set(Department.objects.values_list("key", flat=True)) == set(packs()["property"].departments)
    assert (account.is_admin, account.must_change_password, account.staff.name) == (True, True, "林主任")
    assert account.check_password(done.stdout.splitlines()[-1])
    assert list(audit_journal()) == []


@pytest.mark.parametrize(
    "args",
    [
        ("chief", "--name", "林主任"),  # no organization named
        ("chief", "--name", "林主任", "--org", "x", "--pack", "no-such"),
        ("chief", "--org", "x"),  # whose account?
        ("a b", "--name", "林主任", "--org", "x"),
    ],
)
def test_first_account_refused_leaves_nothing(shouwen, args):
    assert shouwen("user", "create", *args).exit_code == 1
    assert not Organization.objects.exists() and not Account.objects.exists()


def test_account_is_made_for_somebody_who_is_entered_already(shouwen, world):
    newcomer = Staff.objects.create(org=world.org, name="白予安", number="S900")

    assert shouwen("user", "create", "bai", "--staff", "S900").exit_code == 0

    assert Account.objects.get(username="bai").staff == newcomer
    assert not Account.objects.get(username="bai").is_admin
    assert shouwen("user", "create", "bai2", "--staff", "S900").exit_code == 1  # one account a person
    assert shouwen("user", "create", "BAI", "--name", "某人").exit_code == 1  # names differ by more than case
    assert shouwen("user", "create", "ghost", "--staff", "S901").exit_code == 1


def test_new_password_ends_the_old_one_and_is_never_written_down(shouwen, world, client):
    client.login(username="desk", password="story-of-a-day")
    word = shouwen("user", "password", "desk").stdout.strip()

    account = Account.objects.get(username="desk")
    assert account.check_password(word) and not account.check_password("story-of-a-day")
    assert account.must_change_password
    assert client.get("/cases").status_code == 302  # signed out
    said = Entry.objects.filter(stream_type="account").select_related("data")
    assert [entry.step for entry in said] == ["new_password"]
    assert word not in json.dumps([[entry.facts, entry.data.body] for entry in said])


def test_disabled_account_opens_nothing_until_enabled(shouwen, world, client):
    account = world.accounts["desk"]
    _token, text = tokens.make(account, name="hotline", at=timezone.now(), days=None)

    assert shouwen("user", "disable", "desk").exit_code == 0
    assert not client.login(username="desk", password="story-of-a-day")
    assert client.get("/api/v1/cases", headers={"Authorization": f"Bearer {text}"}).status_code == 401

    assert shouwen("user", "enable", "desk").exit_code == 0
    assert client.login(username="desk", password="story-of-a-day")
    assert client.get("/api/v1/cases", headers={"Authorization": f"Bearer {text}"}).status_code == 401
    assert shouwen("user", "disable", "nobody-such").exit_code == 1
    assert shouwen("user", "disable").exit_code == 1


def test_last_administrator_is_not_disabled(shouwen, world):
    Account.objects.filter(username="manager").update(is_admin=True)

    assert shouwen("user", "disable", "manager").exit_code == 1
    assert Account.objects.get(username="manager").is_active
    Account.objects.filter(username="director").update(is_admin=True)
    assert shouwen("user", "disable", "manager").exit_code == 0


def test_list_names_each_account_with_its_offices(shouwen, world):
    lines = {line.split("  ")[0]: line for line in shouwen("user", "list").stdout.splitlines()}

    assert set(lines) == set(world.accounts)
    assert "supervisor" in lines["supervisor"] and "方小满" in lines["fang"]


def test_doctor_warns_of_demo_accounts_and_calls_them_broken_beside_real_work(shouwen, world):
    Account.objects.filter(username="desk").update(is_demo=True)
    Organization.objects.update(is_demo=True)

    def level() -> str:
        found = json.loads(shouwen("doctor", "--json").stdout)["findings"]
        return next(one["level"] for one in found if "demo" in one["remedy"] or "demo account" in one["said"])

    assert level() == "warning"
    Organization.objects.update(is_demo=False)
    assert level() == "broken"
    assert shouwen("doctor").exit_code == 1
    assert shouwen("user", "disable", "--demo").exit_code == 0
    assert level() == "fine"
    assert not Account.objects.get(username="desk").is_active and Account.objects.get(username="desk2").is_active


def test_handover_shows_first_and_then_hands_everything_over(shouwen, world):
    now = timezone.now()
    case = a_case(world, "complaint", at=now - timedelta(minutes=5))
    leaves, comes = world.staff["steward1"], world.staff["steward2"]
    args = ("handover", leaves.number, "steward2", "--by", "supervisor", "--note", "调走")

    shown = shouwen(*args, "--preview")
    assert case.no in shown.stdout and "steward" in shown.stdout
    assert Case.objects.get().owner_id == leaves.pk
    assert shouwen(*args, answer="n\n").exit_code == 1
    assert Case.objects.get().owner_id == leaves.pk

    done = shouwen(*args, "--yes")

    assert done.exit_code == 0, done.output
    assert Case.objects.get().owner_id == comes.pk
    assert set(Clock.objects.filter(verdict__isnull=True).values_list("owed_by_id", flat=True)) == {comes.pk}
    assert world.actor("steward1", at=timezone.now()).offices == ()
    assert shouwen("handover", "S999", "steward2", "--by", "supervisor", "--note", "x").exit_code == 1


def test_handover_is_not_for_the_desk(shouwen, world):
    args = ("handover", "steward1", "steward2", "--by", "desk", "--note", "x", "--yes")
    assert shouwen(*args).exit_code == 1
    assert world.actor("steward1", at=timezone.now()).holds("steward")


def test_sweep_fires_what_is_due_once_and_delivers_when_asked(shouwen, world):
    a_case(world, "complaint", at=timezone.now() - timedelta(days=3))

    assert shouwen("sweep").exit_code == 0
    fired = Alarm.objects.count()
    assert fired >= 3 and Outbox.objects.filter(done_at__isnull=True).exists()
    assert shouwen("sweep").stdout.startswith("0 ") and Alarm.objects.count() == fired

    assert shouwen("sweep", "--deliver").exit_code == 0
    assert not Outbox.objects.filter(done_at__isnull=True).exists() and Alarm.objects.count() == fired


def test_demo_goes_into_an_empty_database_alone(shouwen, world):
    before = Entry.objects.count()

    assert shouwen("demo").exit_code == 1
    assert shouwen("demo", "--pack", "no-such").exit_code == 1
    assert Entry.objects.count() == before and Organization.objects.count() == 1
