"""A person's own data as one folder: everything about them, nothing of anybody else, with a right, a reason and a record."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta

import pytest

from shouwen.ground.models import ContactPoint, Identity
from shouwen.kernel import policies
from shouwen.kernel.models import Look
from shouwen.kernel.registers import register
from shouwen.rooms.customers import care, own_data
from tests.customers.test_page import NUMBER, page_of
from tests.customers.test_page import fang as fang
from tests.support import a_case, act, picture, unchanged
from tests.world import MONDAY

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.clause("S6-6.06")
WIFE, COLLEAGUE = "13900220288", "他太太说话难听"


@pytest.fixture
def full(world, fang):
    """The customer with something of every sort, beside what is not theirs."""
    desk, manager = world.actor("desk"), world.actor("manager")
    policies.publish(care.PROFILE.key, True, actor=manager, at=MONDAY)
    care.give(fang, "hobby", how="signed", actor=desk, at=MONDAY + HOUR)
    register("care").add(
        {"party": fang, "topic": "hobby", "value": "太极拳", "source": "走访"}, actor=desk, at=MONDAY + HOUR
    )
    register("vehicle").add({"party": fang, "plate": "浙AD12345", "from_date": date(2026, 1, 1)}, actor=desk, at=MONDAY)
    zeng = {"party": world.parties["zeng"], "place": world.home, "role": "FAMILY", "from_date": date(2026, 1, 1)}
    register("role").add(zeng, actor=desk, at=MONDAY)
    case = a_case(world, "enquiry", customer=str(fang.pk), words="水费怎么算")
    act(world, "note", case, at=MONDAY + HOUR, note=COLLEAGUE)
    act(world, "reply", case, at=MONDAY + 2 * HOUR, answer="按表计算")
    document = Identity.objects.get(party=fang)
    register("identity").look(document, "number", actor=desk, purpose="check_identity", at=MONDAY + HOUR)
    return fang


def opened(data: bytes) -> tuple[dict, str, zipfile.ZipFile]:
    packed = zipfile.ZipFile(io.BytesIO(data))
    paper = next(name for name in packed.namelist() if name in ("data.pdf", "data.html"))
    return json.loads(packed.read("data.json")), paper, packed


def test_everything_stored_about_the_person_is_in_the_folder(world, full):
    data, paper, packed = opened(own_data.folder(full, at=MONDAY + 3 * HOUR))

    assert data["cards"][0]["name"] == "方小满"
    assert [one["number"] for one in data["contacts"]] == ["13800110287"]
    assert [one["number"] for one in data["documents"]] == [NUMBER]
    assert [(one["place"], one["role"]) for one in data["roles"]] == [("1-1-101", "OWNER")]
    assert [one["plate"] for one in data["vehicles"]] == ["浙AD12345"]
    assert [one["value"] for one in data["care"]] == ["太极拳"]
    assert [one["purpose"] for one in data["consents"]] == ["care.hobby"]
    assert [one["purpose"] for one in data["looks"]] == ["核对身份"]
    (case,) = data["cases"]
    said = [text for line in case["journal"] for text in (line["words"] or {}).values()]
    assert "水费怎么算" in said and "按表计算" in said
    assert data["promises"] and data["told"] and data["accounts"]
    assert packed.read(paper).startswith(b"%PDF" if paper == "data.pdf" else b"<!doctype")


def test_nothing_of_other_people_is_in_the_folder(world, full):
    assert ContactPoint.objects.filter(party=full, normal__contains=WIFE).exists()
    data, _paper, packed = opened(own_data.folder(full, at=MONDAY + 3 * HOUR))

    text = packed.read("data.json").decode()
    others = [WIFE, "妻子", "曾如初", COLLEAGUE, *(one.name for one in world.staff.values())]
    assert [word for word in others if word in text] == []
    assert data["contacts_of_others"] == 1


def test_the_paper_says_the_same_and_holds_nothing_of_others_either(world, full, monkeypatch):
    from shouwen.desk import prints

    def without_pango(*_pages):
        raise prints.PdfMissing("no Pango here")

    monkeypatch.setattr(prints, "pdf_of", without_pango)
    _data, paper, packed = opened(own_data.folder(full, at=MONDAY + 3 * HOUR))
    assert paper == "data.html"
    page = packed.read(paper).decode()
    for text in ("方小满", NUMBER, "太极拳", "浙AD12345", "水费怎么算", "按表计算", "核对身份"):
        assert text in page, text
    others = [WIFE, "曾如初", COLLEAGUE, *(one.name for one in world.staff.values())]
    assert [word for word in others if word in page] == []


def test_files_the_person_gave_are_in_it_and_colleagues_files_are_not(world, fang):
    case = a_case(world, "complaint", "told", customer=str(fang.pk))
    act(world, "satisfied", case, at=MONDAY + HOUR, how="in_person", slip=picture("签字.png"))
    data, _paper, packed = opened(own_data.folder(fang, at=MONDAY + 3 * HOUR))
    (listed,) = [name for one in data["cases"] for name in one["files"]]
    assert listed.endswith("签字.png")
    assert [name for name in packed.namelist() if name.startswith("files/")] == [f"files/{listed}"]


@pytest.mark.parametrize(
    ("who", "status"), [("manager", 200), ("supervisor", 200), ("desk", 403), ("steward1", 403), ("fang", 404), ("nobody", 404)]
)  # fmt: skip
def test_it_is_given_out_by_those_who_may_for_a_reason_and_recorded(world, fang, who, status):
    sent, url = {"reason": "本人 11-23 到前台要求"}, f"/customers/{fang.pk}/own-data"
    answer = page_of(world, who).post(url, sent)
    assert answer.status_code == status
    if status != 200:
        assert not Look.objects.exists()
        return
    assert answer.headers["Content-Type"] == "application/zip" and "no-store" in answer.headers["Cache-Control"]
    assert opened(answer.content)[0]["cards"][0]["name"] == "方小满"
    entry = register("party").history(fang).order_by("-seq")[0]
    assert (entry.step, entry.data.body["reason"], entry.actor_id) == ("own_data", sent["reason"], world.staff[who].pk)
    assert Look.objects.get().what == "party.own_data"
    page = page_of(world, who).get(f"/customers/{fang.pk}").content.decode()
    assert "本人资料全份" in page and "导出本人资料" in page


def test_without_a_reason_nothing_is_given_out(world, fang):
    manager = page_of(world, "manager")
    with unchanged():
        assert manager.post(f"/customers/{fang.pk}/own-data", {"reason": " "}).status_code == 409
    assert "own-reason" in manager.get(f"/customers/{fang.pk}").content.decode()
    assert "own-reason" not in page_of(world, "desk").get(f"/customers/{fang.pk}").content.decode()
