"""Uploads: content is looked at, pictures lose their location, bombs and strangers are refused in a sentence."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from shouwen.ground import files
from shouwen.ground.models import File
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


def keep(world, name: str, data: bytes) -> File:
    return files.keep(SimpleUploadedFile(name, data), org_id=world.org.pk, purpose="photo", at=MONDAY)


def picture(mode: str = "RGB", size: tuple[int, int] = (30, 20), form: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, form, **options)
    return out.getvalue()


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "


@pytest.mark.parametrize(
    "name, data, mime",
    [
        ("a.pdf", b"%PDF-1.7\n...", "application/pdf"),
        ("a.bin", b"%PDF-1.7\n...", "application/pdf"),
        ("a.txt", "说明".encode(), "text/plain"),
        ("a.csv", "说明,1".encode("gb18030"), "text/plain"),
        ("a.mp3", b"ID3\x03", "audio/mpeg"),
        ("a.wav", WAV, "audio/wav"),
        ("a.docx", packed("[Content_Types].xml", "word/document.xml"), files.OFFICE["word/"]),
        ("a.xlsx", packed("[Content_Types].xml", "xl/workbook.xml"), files.OFFICE["xl/"]),
    ],
)
def test_type_follows_the_content(world, name, data, mime):
    kept = keep(world, name, data)

    assert (kept.mime, kept.size, kept.name) == (mime, len(data), name)
    with files.open_file(kept) as stored:
        assert stored.read() == data


@pytest.mark.parametrize(
    "name, data",
    [
        ("a.jpg", b"MZ\x90\x00 a program"),
        ("a.txt", b"MZ\x90\x00\x03\x00"),
        ("a.html", b"<script>alert(1)</script>"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.zip", packed("anything.exe")),
        ("a.docx", packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("a.docx", b"PK\x03\x04 not really"),
        ("a.jpg", b"\xff\xd8\xff not really a picture"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40),
        ("", b""),
    ],
)
def test_what_is_not_taken_leaves_nothing(world, name, data):
    with pytest.raises(ValidationError) as caught:
        files.keep(SimpleUploadedFile(name or "x", data), org_id=world.org.pk, purpose="photo", at=MONDAY)
    assert caught.value.messages[0]
    assert not File.objects.exists()


def test_location_and_camera_are_taken_out(world):
    exif = Image.Exif()
    exif[0x010F] = "Canary camera"
    exif.get_ifd(0x8825)[2] = (30.0, 15.0, 7.0)
    data = picture(exif=exif.tobytes())
    assert b"Canary camera" in data

    stored = files.open_file(keep(world, "a.jpg", data)).read()

    assert b"Canary" not in stored
    assert dict(Image.open(io.BytesIO(stored)).getexif()) == {}


def test_picture_is_turned_upright_and_made_smaller(world):
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = keep(world, "a.jpg", picture(size=(3000, 1500), exif=exif.tobytes()))

    with Image.open(files.open_file(kept)) as image:
        assert image.size == (1000, 2000)


@pytest.mark.parametrize(
    "form, mode, mime", [("WEBP", "RGB", "image/jpeg"), ("PNG", "RGBA", "image/png"), ("PNG", "P", "image/png")]
)
def test_pictures_are_written_anew(world, form, mode, mime):
    assert keep(world, "a.x", picture(mode, form=form)).mime == mime


def test_bomb_is_refused_before_it_is_unpacked(world):
    with pytest.raises(ValidationError):
        keep(world, "a.png", picture("1", (20_000, 20_000), "PNG"))


def test_too_large_a_file_is_refused_with_the_limit(world, settings):
    settings.UPLOAD_MOST = 1_048_576
    with pytest.raises(ValidationError, match="1 MB"):
        keep(world, "a.txt", b"x" * 1_048_577)


@pytest.mark.parametrize(
    "given, shown",
    [("C:\\photos\\门.txt", "门.txt"), ("../../etc/passwd.txt", "passwd.txt"), ("a\n\x00b.txt", "ab.txt")],
)
def test_name_keeps_no_folders_or_control_characters(given, shown):
    assert files.safe_name(given) == shown


def test_the_same_content_lies_once_on_disk(world, settings):
    one, two = keep(world, "a.txt", b"same"), keep(world, "b.txt", b"same")

    assert one.sha256 == two.sha256
    assert [p.name for p in (Path(settings.FILES) / one.sha256[:2]).iterdir() if p.name == one.sha256] == [one.sha256]


def test_removed_file_opens_no_more(world, django_capture_on_commit_callbacks):
    kept = keep(world, "a.txt", b"to be erased")
    with django_capture_on_commit_callbacks(execute=True):
        files.remove(kept, at=MONDAY)

    kept.refresh_from_db()
    assert kept.name == "" and not files.path_of(kept.sha256).exists()
    with pytest.raises(FileNotFoundError):
        files.open_file(kept)
