"""`shouwen calendar`: list, show a year, take an announcement in, close without warning."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone, translation
from typer.testing import CliRunner

from shouwen.kernel import audit
from shouwen.kernel.models import CalendarVersion, Clock, Notice
from shouwen.project.cli import app
from tests.support import a_case, unchanged

pytestmark = pytest.mark.django_db


@pytest.fixture
def shouwen(settings, tmp_path, world):
    settings.DATA = tmp_path

    def run(*args: str, answer: str = ""):
        with translation.override("zh-hans"):
            return CliRunner().invoke(app, ["calendar", *args], input=answer)

    return run


@pytest.fixture
def notice(tmp_path):
    """A year so far ahead that nothing knows it, whatever today is."""
    file = tmp_path / "later.json"
    days = [{"date": "2098-01-01", "name": "元旦", "off": True}, {"date": "2098-01-04", "name": "元旦", "off": False}]
    file.write_text(json.dumps({"year": 2098, "papers": ["paper 7"], "days": days}), "utf-8")
    return str(file)


def test_the_list_says_hours_years_and_source(shouwen):
    rows = json.loads(shouwen("list", "--json").stdout)
    assert [(row["key"], row["years"], row["hours"]) for row in rows] == [
        ("site", "2004–2026", "mon–fri 08:30–12:00 14:00–18:00"),
        ("desk", "", "mon–sun 08:00–20:00"),
        ("always", "", "mon–sun 00:00–24:00"),
    ]
    assert "2004–2026" in shouwen("list").stdout


def test_a_year_is_shown_with_rest_days_and_make_up_days(shouwen):
    told = json.loads(shouwen("show", "site", "2026", "--json").stdout)
    assert (told["working_days"], told["announced"]) == (248, True)
    assert told["makeup"] == ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
    assert len(told["rest"]) == 19 and "2026-10-01" in told["rest"]
    assert "2026-10-10" in shouwen("show", "site", "2026").stdout
    assert json.loads(shouwen("show", "site", "2098", "--json").stdout)["announced"] is False
    assert json.loads(shouwen("show", "always", "2028", "--json").stdout)["working_days"] == 366


def test_an_announcement_is_shown_first_and_taken_in_on_yes(shouwen, notice):
    with unchanged():
        assert shouwen("import", notice, "--preview").exit_code == 0
        assert shouwen("import", notice, answer="n\n").exit_code == 1

    done = shouwen("import", notice, "--announced", "2097-11-04", answer="y\n")

    assert done.exit_code == 0, done.output
    version = CalendarVersion.objects.get()
    assert version.source == "paper 7" and version.applied_at is not None
    assert version.entry.facts["announced_at"] == "2097-11-04"
    row = json.loads(shouwen("list", "--json").stdout)[0]
    assert (row["years"], row["source"], row["announced_at"]) == ("2004–2098", "paper 7", "2097-11-04")
    assert json.loads(shouwen("show", "site", "2098", "--json").stdout)["makeup"] == ["2098-01-04"]
    with unchanged():
        assert shouwen("import", notice, "--yes").exit_code == 0


def test_a_closing_moves_due_times_and_tells_whom_it_concerns(shouwen, world):
    now = timezone.now()
    job = a_case(world, "job", at=now - timedelta(minutes=1))
    before = Clock.objects.get(case=job, key="quick").due_at
    since, until = ((now + timedelta(days=n)).isoformat() for n in (-1, 30))
    with unchanged():
        assert shouwen("close", "site", since, until, "--reason", "typhoon", "--preview").exit_code == 0

    done = shouwen("close", "site", since, until, "--reason", "typhoon", "--yes")

    assert done.exit_code == 0, done.output
    assert Clock.objects.get(case=job, key="quick").due_at > before + timedelta(days=20)
    assert Notice.objects.filter(template="calendar.changed", staff=world.staff["steward1"]).count() == 1
    assert json.loads(shouwen("list", "--json").stdout)[0]["source"] == "typhoon"
    assert list(audit.audit_clocks()) == []


def test_a_closing_of_one_community_leaves_the_others_alone(shouwen, world):
    now = timezone.now()
    shouwen(
        "close",
        "desk",
        now.isoformat(),
        (now + timedelta(days=2)).isoformat(),
        "--reason",
        "x",
        "--site",
        "site",
        "--yes",
    )
    rows = json.loads(shouwen("list", "--json").stdout)
    assert [(row["key"], row["site"]) for row in rows if row["since"]] == [("desk", "site")]


@pytest.mark.parametrize(
    "args",
    [
        ("show", "mars", "2026"),
        ("show", "site", "2026", "--site", "nowhere"),
        ("import", "missing.json"),
        ("close", "mars", "2026-11-24T14:00", "2026-11-24T18:00", "--reason", "x", "--yes"),
        ("close", "site", "soon", "2026-11-24T18:00", "--reason", "x", "--yes"),
        ("close", "site", "2026-11-24T14:00", "2026-11-24T13:00", "--reason", "x", "--yes"),
        ("list", "--org", "nobody"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(shouwen, args):
    with unchanged():
        done = shouwen(*args)
    assert done.exit_code == 1 and done.stderr.strip()


def test_a_date_that_is_none_is_said(shouwen, notice):
    with unchanged():
        assert shouwen("import", notice, "--announced", "yesterday", "--yes").exit_code == 1
