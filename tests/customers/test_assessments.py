"""The impact assessment as page and paper: written, decided with a day of review, printed, for those who answer for it."""

from __future__ import annotations

from datetime import date

import pytest

from shouwen.kernel.models import Entry
from shouwen.rooms.customers.models import ImpactAssessment
from tests.customers.test_page import page_of
from tests.world import MONDAY

pytestmark = pytest.mark.clause("S6-6.06")
WRITTEN = {
    "processing": "care_sensitive", "purpose": "照顾过敏客户", "necessity": "客户本人要求", "risks": "泄露后受歧视",
    "measures": "加密、查看留痕", "decided_by": "", "decided_date": "", "review_date": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def now(monkeypatch):
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: MONDAY)


def test_written_decided_and_printed(world):
    director = page_of(world, "director")
    assert "----" not in director.get("/customers/assessments/new").content.decode()
    assert director.post("/customers/assessments/new", WRITTEN).status_code == 302
    row = ImpactAssessment.objects.get()
    url = f"/customers/assessments/{row.pk}"
    assert "待决定" in director.get("/customers/assessments").content.decode()
    decided = {
        **WRITTEN,
        "decided_by": str(world.staff["director"].pk),
        "decided_date": "2026-11-20",
        "review_date": "2027-11-20",
    }
    half = director.post(url, {**decided, "review_date": ""})
    assert half.status_code == 422 and "要一起填写" in half.content.decode()
    ahead = director.post(url, {**decided, "decided_date": "2026-12-20"})
    assert ahead.status_code == 422 and "还没有到" in ahead.content.decode()
    assert director.post(url, decided).status_code == 302
    row.refresh_from_db()
    assert (row.decided_by, row.review_date) == (world.staff["director"], date(2027, 11, 20))
    assert "有效" in director.get(url).content.decode()
    paper = director.get(f"{url}/print").content.decode()
    for text in (
        "照顾过敏客户",
        "客户本人要求",
        "泄露后受歧视",
        "加密、查看留痕",
        "陆行舟",
        "2027-11-20",
        "第五十六条",
    ):
        assert text in paper, text
    assert Entry.objects.filter(stream_type="register.assessment").count() == 2


@pytest.mark.parametrize("who", ["desk", "steward1", "supervisor", "fang", "nobody"])
def test_it_is_not_for_everybody(world, who):
    ImpactAssessment.objects.create(org=world.org, **{k: v for k, v in WRITTEN.items() if v})
    row, client = ImpactAssessment.objects.get(), page_of(world, who)
    for path in ("", "/new", f"/{row.pk}", f"/{row.pk}/print"):
        assert client.get(f"/customers/assessments{path}").status_code == 404
    assert page_of(world, "director").get("/customers/assessments/1").status_code == 404
