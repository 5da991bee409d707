"""Stored files: content looked at, images re-encoded without location, named by the hash of what they hold."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from shouwen.ground import watermark
from shouwen.ground.models import File

SIDE = 2000  # pixels of the longer side an image keeps
PIXELS = 60_000_000
MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"), (b"ID3", "audio/mpeg"), (b"\xff\xfb", "audio/mpeg"), (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
)  # fmt: skip
RETENTION = {
    "receipt": "ACCOUNTING",
    "voucher": "ACCOUNTING",
    "invoice": "ACCOUNTING",
    "id_copy": "ID_COPY",
}  # by purpose
OFFICE = {
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def kind_of(data: bytes, name: str) -> str | None:
    """The type a file's content shows, whatever its name says; None for what is not taken."""
    for magic, mime in MAGIC:
        if data.startswith(magic):
            return _office(data) if mime == "application/zip" else mime
    if data[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(data[8:12])
    if not name.lower().endswith((".txt", ".csv")) or b"\x00" in data:
        return None
    for encoding in ("utf-8", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "text/plain"
    return None


def _office(data: bytes) -> str | None:
    """Word and Excel files are packed folders; one with macros is not taken."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = packed.namelist()
    except zipfile.BadZipFile:
        return None
    if "[Content_Types].xml" not in names or any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((mime for folder, mime in OFFICE.items() if any(name.startswith(folder) for name in names)), None)


def safe_name(name: str) -> str:
    """The last part of a name as people read it: no folders, no control characters, at most 160 characters."""
    last = re.split(r"[\\/]", name)[-1]
    return "".join(ch for ch in last if ch.isprintable()).strip()[-160:] or "file"


def keep(upload: Any, *, org_id: int, purpose: str, at: datetime, mark: str = "") -> File:
    """Checks and stores an upload. Raises ValidationError with a sentence for what cannot be taken.

    With `mark` only the picture with these words burnt in is stored, never the one that was sent.
    """
    if upload.size > settings.UPLOAD_MOST:
        most = settings.UPLOAD_MOST // 1_048_576
        raise ValidationError(_("This file is larger than %(most)d MB; send a smaller one.") % {"most": most})
    data = b"".join(upload.chunks())
    mime = kind_of(data, upload.name or "")
    if mime is None:
        raise ValidationError(_("Photos, PDF, Word, Excel, text and sound are taken; this is none of them."))
    if mime.startswith("image/"):
        data, mime = plain_image(data)
    elif mark:
        raise ValidationError(_("A copy that is marked with its purpose is a photo; take one of the paper."))
    if mark:
        data, mime = watermark.burnt(data, mark)
    digest = hashlib.sha256(data).hexdigest()
    write(digest, data)
    return File.objects.create(
        org_id=org_id,
        sha256=digest,
        name=safe_name(upload.name or ""),
        mime=mime,
        size=len(data),
        purpose=purpose,
        retention=RETENTION.get(purpose, "CASE"),
        created_at=at,
    )


def plain_image(data: bytes) -> tuple[bytes, str]:
    """The picture alone, at most SIDE pixels wide or high: upright, without camera data and location."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # the size is looked at below, before anything is unpacked
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > PIXELS:
                raise ValidationError(_("This picture has too many pixels; send a smaller one."))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((SIDE, SIDE))
            clear = upright.mode in ("RGBA", "LA", "P")
            made = upright.convert("RGBA" if clear else "RGB")
            out = io.BytesIO()
            made.save(out, "PNG" if clear else "JPEG", **({} if clear else {"quality": 85}))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ValidationError(_("This picture cannot be read; take it again.")) from error
    return out.getvalue(), "image/png" if clear else "image/jpeg"


def path_of(digest: str) -> Path:
    return Path(settings.FILES) / digest[:2] / digest


def write(digest: str, data: bytes) -> None:
    """Writes a file's content once, whole or not at all."""
    path = path_of(digest)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(name, path)


def open_file(file: File) -> IO[bytes]:
    """The content of a stored file; an erased one has none (FileNotFoundError)."""
    if file.erased_at is not None:
        raise FileNotFoundError(file.name)
    return path_of(file.sha256).open("rb")


def remove(file: File, *, at: datetime) -> None:
    """Erases a file; after commit its content goes, unless another row of any organization holds the same."""
    File.objects.filter(pk=file.pk).update(erased_at=at, name="")
    transaction.on_commit(lambda: _unlink(file.sha256))


def _unlink(digest: str) -> None:
    if not File.objects.filter(sha256=digest, erased_at__isnull=True).exists():
        path_of(digest).unlink(missing_ok=True)
