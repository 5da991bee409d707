"""Several papers as one file: asked for on a page, set in a process of its own, removed after a day and by an erasure."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from shouwen.desk import bulk
from shouwen.ground import files
from shouwen.ground.models import File
from shouwen.kernel import outbox
from shouwen.kernel.erase import erase_party
from shouwen.kernel.models import Outbox, Run, RunItem
from tests.papers import pages_of
from tests.support import a_case, act
from tests.world import MONDAY


def ordered(world, client, cases, who: str = "desk"):
    client.force_login(world.accounts[who])
    answer = client.post("/papers", {"form": "complaint_form", "no": [case.no for case in cases]})
    assert answer.url == "/papers"
    return Run.objects.get()


def test_a_selection_becomes_one_file_with_each_form_on_its_own_pages(world, client, pango):
    cases = [a_case(world, "complaint", "told") for _n in range(3)]
    run = ordered(world, client, cases)
    page = client.get("/papers")
    assert (page.context["waiting"], "0 / 3" in page.content.decode()) == (True, True)

    bulk.set_papers(run.pk, at=run.created_at)
    page = client.get("/papers")
    assert (page.context["waiting"], f"/papers/{run.pk}" in page.content.decode()) == (False, True)
    pages = pages_of(b"".join(client.get(f"/papers/{run.pk}").streaming_content))
    assert [f"编号{case.no}第1页，共1页" in text for case, text in zip(cases, pages, strict=True)] == [True] * 3
    assert RunItem.objects.filter(run=run, outcome="set").count() == 3
    bulk.set_papers(run.pk, at=run.created_at)
    assert File.objects.filter(purpose=bulk.KEY).count() == 1


def test_the_worker_starts_a_process_of_its_own_for_it(world, client, monkeypatch):
    run = ordered(world, client, [a_case(world, "complaint", "told")])
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **more: started.append(command))
    message = Outbox.objects.get(topic=bulk.KEY)
    assert outbox.deliver(message, at=run.created_at)
    assert started == [[sys.executable, "-m", "shouwen.desk.typesetter", str(run.pk), run.created_at.isoformat()]]


def test_the_process_of_its_own_starts_and_ends_well(tmp_path):
    environment = {**os.environ, "SHOUWEN_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "shouwen.project.settings"}
    environment.pop("DATABASE_URL", None)
    migrated = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0"], env=environment, capture_output=True
    )
    assert migrated.returncode == 0, migrated.stderr
    command = [sys.executable, "-m", "shouwen.desk.typesetter", "17", MONDAY.isoformat()]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_cases_without_the_form_or_out_of_sight_are_left_out(world, client, pango):
    at_once = act(world, "settled", kind="complaint", who="desk")
    hidden = a_case(world, "complaint", "told")
    run = ordered(world, client, [a_case(world, "complaint", "told"), at_once], who="desk")
    RunItem.objects.create(run=run, subject=hidden.pk + 1)
    bulk.set_papers(run.pk, at=run.created_at)
    run.refresh_from_db()
    assert len(pages_of(files.open_file(File.objects.get(pk=run.data["file"])).read())) == 1


def test_what_nobody_may_see_or_has_no_form_is_not_ordered(world, client):
    case = a_case(world, "complaint", "told")
    for who, form in (("elsewhere", "complaint_form"), ("desk", "moon"), ("fang", "complaint_form")):
        client.force_login(world.accounts[who])
        assert client.post("/papers", {"form": form, "no": [case.no]}).status_code == 404
    assert Run.objects.count() == 0


def test_a_file_is_for_whoever_asked_for_it(world, client, pango):
    run = ordered(world, client, [a_case(world, "complaint", "told")])
    bulk.set_papers(run.pk, at=run.created_at)
    for who in ("desk2", "director", "fang"):
        client.force_login(world.accounts[who])
        assert client.get(f"/papers/{run.pk}").status_code == 404


def test_files_go_after_a_day(world, client, pango):
    run = ordered(world, client, [a_case(world, "complaint", "told")])
    bulk.set_papers(run.pk, at=run.created_at)
    file = File.objects.get(purpose=bulk.KEY)
    assert bulk.tidy(world.org.pk, at=file.created_at + timedelta(hours=23)) == 0
    assert bulk.tidy(world.org.pk, at=file.created_at + timedelta(hours=24)) == 1
    assert client.get(f"/papers/{run.pk}").status_code == 404


def test_an_erasure_takes_the_files_that_hold_the_persons_forms(world, client, pango):
    customer = str(world.parties["fang"].pk)
    case = a_case(world, "complaint", "told", customer=customer)
    case = act(world, "satisfied", case, who="desk", at=MONDAY + timedelta(hours=1), how="phone")
    run = ordered(world, client, [case])
    bulk.set_papers(run.pk, at=run.created_at)
    gone = erase_party(world.parties["fang"], actor=world.actor("manager"), at=run.created_at, reason="PIPL 47")
    assert (gone.files, File.objects.get(purpose=bulk.KEY).erased_at) == (1, run.created_at)


@pytest.mark.parametrize("who", ["fang"])
def test_customers_have_no_papers(world, client, who):
    client.force_login(world.accounts[who])
    assert client.get("/papers").status_code == 404


def test_the_page_of_several_cases_offers_their_forms(world, client):
    cases = [a_case(world, "complaint", "told"), a_case(world, "enquiry")]
    client.force_login(world.accounts["desk"])
    page = client.post("/cases/several", {"no": [case.no for case in cases]})
    assert [(key, count) for key, _label, count in page.context["papers"] if key == "complaint_form"] == [
        ("complaint_form", 1)
    ]
    assert 'formaction="/papers"' in page.content.decode()
