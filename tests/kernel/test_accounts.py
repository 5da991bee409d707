"""Accounts: who may make, renew and disable them; passwords shown once; every act in the journal."""

from __future__ import annotations

import pytest

from shouwen.kernel import accounts, audit, tokens
from shouwen.kernel.models import Entry, EntryData, Token
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal, Unknown
from tests.support import unchanged
from tests.world import MONDAY


def steps(account) -> list[str]:
    return list(
        Entry.objects.filter(stream_type="account", facts__account=account.pk)
        .order_by("seq")
        .values_list("step", flat=True)
    )


def admin(world):
    world.accounts["manager"].is_admin = True
    world.accounts["manager"].save()
    return world.actor("manager")


def test_a_new_account_has_a_first_password_that_must_be_changed(world):
    account, password = accounts.make("yidong", actor=world.actor("director"), at=MONDAY, party=world.parties["zeng"])
    account.refresh_from_db()
    assert account.check_password(password) and account.must_change_password
    assert (account.party, account.is_admin, account.is_active) == (world.parties["zeng"], False, True)
    assert steps(account) == ["add"]
    assert password not in str(list(EntryData.objects.values_list("body", flat=True)))
    assert list(audit.audit_journal(world.org)) == []


@pytest.mark.parametrize("username", ["", "a", "两 字", "desk", "DESK", "x" * 61])
def test_a_name_that_is_taken_or_cannot_be_typed_is_refused(world, username):
    with unchanged(), pytest.raises(Invalid) as caught:
        accounts.make(username, actor=world.actor("manager"), at=MONDAY)
    assert list(caught.value.errors) == ["username"]


def test_one_person_has_one_account(world):
    with unchanged(), pytest.raises(Invalid) as caught:
        accounts.make("second", actor=world.actor("manager"), at=MONDAY, staff=world.staff["desk"])
    assert list(caught.value.errors) == ["staff"]


@pytest.mark.parametrize("who", ["desk", "steward1", "supervisor", "fang"])
def test_accounts_are_not_for_everybody(world, who):
    for act in (
        lambda: accounts.make("other", actor=world.actor(who), at=MONDAY),
        lambda: accounts.new_password(world.accounts["desk2"], actor=world.actor(who), at=MONDAY),
        lambda: accounts.switch(world.accounts["desk2"], False, actor=world.actor(who), at=MONDAY),
    ):
        with unchanged(), pytest.raises(NotAllowed):
            act()


def test_only_administrators_make_administrators_and_touch_them(world):
    actor = admin(world)
    chief, _password = accounts.make("chief", actor=actor, at=MONDAY, admin=True)
    with unchanged(), pytest.raises(NotAllowed):
        accounts.make("other", actor=world.actor("director"), at=MONDAY, admin=True)
    with unchanged(), pytest.raises(NotAllowed):
        accounts.new_password(chief, actor=world.actor("director"), at=MONDAY)
    with unchanged(), pytest.raises(NotAllowed):
        accounts.switch(chief, False, actor=world.actor("director"), at=MONDAY)
    accounts.switch(chief, False, actor=actor, at=MONDAY)
    assert steps(chief) == ["add", "disable"]


def test_a_new_password_replaces_the_old_one(world):
    account = world.accounts["desk"]
    password = accounts.new_password(account, actor=world.actor("manager"), at=MONDAY)
    account.refresh_from_db()
    assert (account.check_password(password), account.check_password("story-of-a-day")) == (True, False)
    assert account.must_change_password


def test_disabling_ends_the_keys_too_and_nobody_disables_themselves(world):
    account = world.accounts["desk"]
    tokens.make(account, name="phone", at=MONDAY)
    accounts.switch(account, False, actor=world.actor("manager"), at=MONDAY)
    assert (Token.objects.get().revoked_at, account.is_active) == (MONDAY, False)
    accounts.switch(account, False, actor=world.actor("manager"), at=MONDAY)
    accounts.switch(account, True, actor=world.actor("manager"), at=MONDAY)
    assert steps(account) == ["disable", "enable"]
    assert Token.objects.get().revoked_at == MONDAY
    with unchanged(), pytest.raises(Refusal):
        accounts.switch(world.accounts["manager"], False, actor=world.actor("manager"), at=MONDAY)


def test_accounts_of_another_organization_are_unknown(world):
    stranger = accounts.make("chief", actor=admin(world), at=MONDAY)[0]
    stranger.org_id = world.org.pk + 1
    with pytest.raises(Unknown):
        accounts.switch(stranger, False, actor=world.actor("manager"), at=MONDAY)
