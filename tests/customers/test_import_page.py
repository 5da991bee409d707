"""The page on which a register is taken in."""

from __future__ import annotations

import io
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from python_calamine import CalamineWorkbook

from shouwen.ground.models import File, Party
from shouwen.kernel.models import Outbox
from shouwen.rooms.customers import batches, running
from shouwen.rooms.customers.models import ImportRun
from tests.customers.test_import import HOMES, good, xlsx
from tests.customers.test_page import page_of


def key_in(page: str) -> str:
    return page.split('name="key" value="')[1].split('"')[0]


def test_looked_at_then_taken_in_then_taken_back(world):
    supervisor, site = page_of(world, "supervisor"), str(world.places["site"].pk)
    rows = [good(HOMES, n) for n in range(3)]
    rows[1][HOMES.index("手机号")] = "=1+1"
    upload = SimpleUploadedFile("业主.xlsx", xlsx({"表": [HOMES, *rows]}))

    page = supervisor.post("/customers/import", {"file": upload, "site": site, "_do": "look"}).content.decode()
    assert "手机号" in page and "这不是电话号码" in page
    assert not Party.objects.filter(name__startswith="钱").exists()
    sent = {"key": key_in(page), "site": site}

    marked = supervisor.post("/customers/import", {**sent, "_do": "marked"})
    table = CalamineWorkbook.from_filelike(io.BytesIO(marked.content)).get_sheet_by_index(0).to_python()
    assert "手机号：这不是电话号码。" in str(table[2][-1])
    assert "=1+1" in table[2], "text stays text"

    assert supervisor.post("/customers/import", {**sent, "_do": "run"}).status_code == 409
    assert supervisor.post("/customers/import", {**sent, "_do": "run", "leave_bad": "on"}).status_code == 302
    assert Party.objects.filter(name__startswith="钱").count() == 2
    assert not File.objects.filter(purpose="import", erased_at__isnull=True).exists(), "the file itself is not kept"

    kept = ImportRun.objects.get()
    assert supervisor.post(f"/customers/import/{kept.pk}/undo").status_code == 302
    assert not Party.objects.filter(name__startswith="钱").exists()


def test_a_column_nobody_knows_is_named_on_the_page(world):
    supervisor, site = page_of(world, "supervisor"), str(world.places["site"].pk)
    data = "尊姓大名,联系电话\n钱安平,13900000001\n".encode()
    sent = {"file": SimpleUploadedFile("a.csv", data), "site": site, "_do": "look"}
    page = supervisor.post("/customers/import", sent).content.decode()
    again = supervisor.post(
        "/customers/import", {"key": key_in(page), "site": site, "_do": "look", "c0.0": "name", "c0.1": "phone"}
    )
    assert "+1" in again.content.decode()


def test_a_file_that_is_none_gets_its_sentence_and_leaves_nothing(world):
    supervisor = page_of(world, "supervisor")
    picture = SimpleUploadedFile("业主.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(range(200)))
    assert supervisor.post("/customers/import", {"file": picture, "_do": "look"}).status_code == 409
    assert supervisor.post("/customers/import", {"_do": "look"}).status_code == 409
    assert not File.objects.exists()


def test_a_file_only_looked_at_goes_after_a_day(world):
    supervisor = page_of(world, "supervisor")
    upload = SimpleUploadedFile("a.csv", "姓名,联系电话\n钱安平,13900000001\n".encode())
    supervisor.post("/customers/import", {"file": upload, "_do": "look"})
    kept = File.objects.get(purpose="import")
    supervisor.get("/customers/import")
    assert File.objects.get(pk=kept.pk).erased_at is None
    File.objects.filter(pk=kept.pk).update(created_at=kept.created_at - timedelta(hours=25))
    supervisor.get("/customers/import")
    assert File.objects.get(pk=kept.pk).erased_at is not None


def test_others_find_no_such_page(world):
    for who in ("desk", "fitter", "fang", "nobody"):
        assert page_of(world, who).get("/customers/import").status_code == 404
        assert page_of(world, who).post("/customers/import/1/undo").status_code == 404


def test_a_long_register_is_left_to_the_background_and_the_page_says_how_far_it_is(world):
    supervisor, site = page_of(world, "supervisor"), str(world.places["site"].pk)
    data = xlsx({"表": [HOMES, *[good(HOMES, n) for n in range(running.AT_ONCE + 1)]]})
    sent = {"file": SimpleUploadedFile("业主.xlsx", data), "site": site, "_do": "look"}
    key = key_in(supervisor.post("/customers/import", sent).content.decode())
    page = supervisor.post("/customers/import", {"key": key, "site": site, "_do": "run"}, follow=True).content.decode()
    kept = ImportRun.objects.get()
    assert (kept.state, kept.fresh) == ("waiting", running.AT_ONCE + 1)
    assert "排队中" in page and 'hx-get="/customers/import/runs"' in page
    assert not Party.objects.filter(name__startswith="钱").exists()
    assert Outbox.objects.filter(topic=running.KEY, ref=kept.pk).count() == 2, "one to start it, one to look after it"

    opened = supervisor.get("/customers/import/runs")
    assert (opened.status_code, opened["Location"]) == (302, "/customers/import"), "a fragment is no page"

    run = batches.work(kept.pk, me="w", clock=timezone.now, pace=batches.Pace(rows=100, steady=True))
    next(run)
    part = supervisor.get("/customers/import/runs", headers={"HX-Request": "true"}).content.decode()
    assert "导入中 49 %" in part and "已写入 100 行，共 201 行" in part
    list(run)
    part = supervisor.get("/customers/import/runs", headers={"HX-Request": "true"}).content.decode()
    assert "已导入" in part and "hx-get" not in part

    assert supervisor.post(f"/customers/import/{kept.pk}/undo").status_code == 302
    kept.refresh_from_db()
    assert kept.state == "undoing"
    list(batches.work(kept.pk, me="w", clock=timezone.now))
    assert "已撤回" in supervisor.get("/customers/import/runs", headers={"HX-Request": "true"}).content.decode()
    assert page_of(world, "desk").get("/customers/import/runs").status_code == 404
