"""Papers set in tests: their text page by page, and a signature drawn on the screen."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from shouwen.desk import prints


@pytest.fixture(scope="session")
def pango():
    """A machine without Pango sets no PDF; what is printed from the browser is tested all the same."""
    try:
        prints._weasyprint()
    except prints.PdfMissing as missing:
        pytest.skip(f"no PDF can be set here, Pango is missing: {missing}")


def drawn() -> SimpleUploadedFile:
    """A signature as the screen sends it: black strokes on nothing."""
    image = Image.new("RGBA", (400, 120))
    ImageDraw.Draw(image).line([(20, 90), (80, 30), (140, 100), (220, 20), (380, 60)], fill=(0, 0, 0, 255), width=5)
    out = io.BytesIO()
    image.save(out, "PNG")
    return SimpleUploadedFile("sign_off.png", out.getvalue(), content_type="image/png")


def pages_of(data: bytes) -> list[str]:
    """The words of each page as one line: a cell may break anywhere."""
    return ["".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(data)]


def pictures_in(data: bytes) -> int:
    kind = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
    return sum(len(list(page.get_objects(filter=[kind]))) for page in pypdfium2.PdfDocument(data))
