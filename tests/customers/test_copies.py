"""Copies kept on a card: of an identity document only the picture with its purpose burnt in, opened for a purpose, gone in time."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageChops

from shouwen.ground import files, watermark
from shouwen.ground.models import File
from shouwen.kernel import retention
from shouwen.kernel.models import Look
from shouwen.kernel.registers import register
from shouwen.rooms.customers import archive, own_data
from shouwen.rooms.customers.models import ArchivedCopy
from tests.customers.test_page import page_of
from tests.support import unchanged
from tests.world import MONDAY

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.clause("S6-2.02")


def photo(width: int = 900, height: int = 600) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 205, 210)).save(out, "PNG")
    return out.getvalue()


def upload(data: bytes | None = None, name: str = "身份证.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data or photo(), content_type="image/png")


def kept(world, **more) -> ArchivedCopy:
    values = {"kind": "id_copy", "purpose": "move_in", "actor": world.actor("desk"), "at": MONDAY, **more}
    return archive.keep(world.parties["fang"], upload(), **values)


def test_the_stored_picture_itself_says_what_it_is_for_in_every_part_of_it(world):
    row = kept(world)
    with files.open_file(row.file) as content:
        marked = Image.open(io.BytesIO(content.read())).convert("RGB")
    plain = Image.open(io.BytesIO(photo())).convert("RGB")
    assert marked.size == plain.size
    changed = ImageChops.difference(marked, plain).convert("L").point(lambda value: 255 if value > 25 else 0)
    wide, high = marked.width // 3, marked.height // 3
    for left in range(3):
        for top in range(3):
            part = changed.crop((left * wide, top * high, (left + 1) * wide, (top + 1) * high))
            assert part.getbbox() is not None, f"nothing is written in part {left}, {top}"
    stored = [path for path in Path(settings.FILES).rglob("*") if path.is_file()]
    assert all(hashlib.sha256(photo()).hexdigest() != path.name for path in stored), "the picture as sent is not kept"


def test_the_words_are_purpose_house_and_day_in_chinese_whoever_stores_it(world):
    from django.utils import translation

    with translation.override("en"):
        words = archive.mark_of(world.org, "move_in", MONDAY)
    assert words == "仅用于办理入住 · 青禾物业（样例） · 2026-11-23"


def test_two_purposes_give_two_pictures(world):
    one, two = kept(world), kept(world, purpose="contract_work")
    assert one.file.sha256 != two.file.sha256


@pytest.mark.parametrize("bad", ["pdf", "small", "purpose", "kind", "nothing"])
def test_what_cannot_be_marked_or_has_no_purpose_is_not_kept(world, bad):
    values = {"kind": "id_copy", "purpose": "move_in", "actor": world.actor("desk"), "at": MONDAY}
    sent = {"pdf": upload(b"%PDF-1.4 x", "a.pdf"), "small": upload(photo(120, 80)), "nothing": None}.get(bad, upload())
    values |= {bad: "whatever"} if bad in ("purpose", "kind") else {}
    from shouwen.kernel.refusals import Invalid

    with unchanged(), pytest.raises(Invalid) as refused:
        archive.keep(world.parties["fang"], sent, **values)
    assert list(refused.value.errors) == [bad if bad in ("purpose", "kind") else "file"]


def test_without_a_chinese_font_no_copy_is_kept(world, monkeypatch):
    monkeypatch.setattr(watermark, "FONTS", ("none.ttf",))
    watermark.font_file.cache_clear()
    try:
        with pytest.raises(ValidationError):
            watermark.burnt(photo(), "仅用于")
    finally:
        watermark.font_file.cache_clear()


def test_other_papers_are_kept_as_they_are(world):
    row = kept(world, kind="power_of_attorney")
    with files.open_file(row.file) as content:
        assert content.read() == files.plain_image(photo())[0]
    assert row.file.expires_date is None and row.file.retention == "CASE"


def test_on_the_page_it_is_kept_opened_for_a_purpose_and_taken_off(world, monkeypatch):
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: MONDAY)
    fang, desk = world.parties["fang"], page_of(world, "desk")
    url = f"/customers/{fang.pk}"
    sent = {"kind": "id_copy", "purpose": "move_in", "file": upload()}
    assert desk.post(f"{url}/copies", sent).status_code == 302
    row = ArchivedCopy.objects.get()
    assert "身份证件复印件" in desk.get(url).content.decode() and "2027-11-23" in desk.get(url).content.decode()
    assert desk.post(f"{url}/copies/{row.pk}", {"purpose": "好奇"}).status_code == 409
    shown = desk.post(f"{url}/copies/{row.pk}", {"purpose": "check_identity"})
    assert shown.headers["Content-Type"] == "image/jpeg" and "no-store" in shown.headers["Cache-Control"]
    assert b"".join(shown.streaming_content) == files.open_file(row.file).read()
    look = Look.objects.exclude(what="party.page").get()
    assert (look.what, look.purpose, look.party) == ("archive.file", "check_identity", fang)
    for who, status in (("fitter", 404), ("fang", 404), ("nobody", 404)):
        stranger = page_of(world, who)
        assert stranger.post(f"{url}/copies/{row.pk}", {"purpose": "check_identity"}).status_code == status
        assert stranger.post(f"{url}/copies", {**sent, "file": upload()}).status_code == status
    other = f"/customers/{world.parties['zeng'].pk}/copies/{row.pk}"
    assert desk.post(other, {"purpose": "check_identity"}).status_code == 404
    assert Look.objects.exclude(what="party.page").count() == 1 and ArchivedCopy.objects.count() == 1
    assert desk.post(f"{url}/copies/{row.pk}", {"_do": "off"}).status_code == 302
    assert not ArchivedCopy.objects.exists() and File.objects.get().erased_at == MONDAY
    steps = register("party").history(fang).filter(facts__register="archive").values_list("step", flat=True)
    assert list(steps) == ["add", "remove"]


def test_a_copy_goes_when_its_term_is_over_and_with_the_customer(world):
    row = kept(world)
    assert retention.run(world.org.pk, at=MONDAY + timedelta(days=300), do=True).files == []
    report = retention.run(world.org.pk, at=MONDAY + timedelta(days=400), do=True)
    assert [file.pk for file in report.files] == [row.file_id]
    assert "身份证件复印件</li>" not in page_of(world, "desk").get(f"/customers/{row.party_id}").content.decode()


@pytest.mark.django_db(transaction=True)
def test_an_erased_customer_leaves_no_copy(world, settings, tmp_path):
    from shouwen.kernel.erase import erase_party

    settings.DATA = tmp_path
    row = kept(world)
    digest = row.file.sha256
    done = erase_party(row.party, actor=world.actor("manager"), at=MONDAY + HOUR, reason="asked")
    assert done.files == 1 and not files.path_of(digest).exists() and not ArchivedCopy.objects.exists()


def test_the_persons_own_folder_holds_the_copy(world):
    row = kept(world)
    packed = zipfile.ZipFile(io.BytesIO(own_data.folder(world.parties["fang"], at=MONDAY + HOUR)))
    assert f"files/{row.pk}-身份证.png" in packed.namelist()
