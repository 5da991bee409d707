"""Sessions: the same rows and cookies as Django's own store, which another program of the house may read or write."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as Django
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from shouwen.project.session_store import SessionStore

pytestmark = pytest.mark.django_db


def test_what_one_store_wrote_the_other_reads():
    for writes, reads in ((SessionStore, Django), (Django, SessionStore)):
        mine = writes()
        mine["who"] = writes.__module__
        mine.save()
        assert reads(mine.session_key)["who"] == writes.__module__


def test_an_expired_or_unknown_session_holds_nothing():
    mine = SessionStore()
    mine["who"] = "somebody"
    mine.save()
    Session.objects.filter(pk=mine.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))

    for key in (mine.session_key, "x" * 32):
        found = SessionStore(key)
        assert dict(found.items()) == {} and found.session_key is None


def test_a_page_knows_whom_the_cookie_stands_for(world):
    client = Client()
    client.force_login(world.accounts["desk"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/").status_code == 200
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    assert client.get("/").status_code == 302
