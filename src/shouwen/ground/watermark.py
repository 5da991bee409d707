"""Words burnt into a picture: what a copy of an identity document is for, since when; the picture alone cannot be used otherwise."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts")
FONTS = ("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "SourceHanSansSC-Regular.otf", "wqy-microhei.ttc", "PingFang.ttc", "msyh.ttc")  # fmt: skip
SMALLEST = 200  # pixels of the shorter side: less is no readable copy


@cache
def font_file() -> Path:
    """A font with Chinese letters on this machine. Without one no copy is taken: it would be kept unmarked."""
    for name in FONTS:
        for folder in FOLDERS:
            found = next(Path(folder).rglob(name), None) if Path(folder).is_dir() else None
            if found is not None:
                return found
    raise ValidationError(
        _("This machine has no Chinese font (Debian: fonts-noto-cjk); a copy cannot be marked, so it is not kept.")
    )


def burnt(data: bytes, text: str) -> tuple[bytes, str]:
    """The picture with the words over all of it, aslant, dark and light so that they show on any ground."""
    from PIL import Image, ImageDraw, ImageFont

    with Image.open(io.BytesIO(data)) as opened:
        picture = opened.convert("RGB")
    if min(picture.size) < SMALLEST:
        raise ValidationError(_("This picture is too small to be read; take it again."))
    size = max(14, min(picture.size) // 16)
    font = ImageFont.truetype(str(font_file()), size)
    side = int((picture.width**2 + picture.height**2) ** 0.5) + 2 * size
    layer = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    wide = int(draw.textlength(text, font=font)) + 2 * size
    for row, top in enumerate(range(0, side, 3 * size)):
        for left in range(-(row % 2) * wide // 2, side, wide):
            _write(draw, (left, top), text, font)
    left, top = (side - picture.width) // 2, (side - picture.height) // 2
    aslant = layer.rotate(30, resample=Image.Resampling.BICUBIC)
    words = aslant.crop((left, top, left + picture.width, top + picture.height))
    picture = Image.alpha_composite(picture.convert("RGBA"), words).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue(), "image/jpeg"


def _write(draw: Any, where: tuple[int, int], text: str, font: Any) -> None:
    draw.text((where[0] + 1, where[1] + 1), text, font=font, fill=(255, 255, 255, 130))
    draw.text(where, text, font=font, fill=(120, 20, 20, 150))
