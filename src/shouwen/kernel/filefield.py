"""An uploaded file as a step asks for it: content looked at, never trusted by its name."""

from __future__ import annotations

from typing import Any

from django import forms

from shouwen.ground.models import File


class UploadField(forms.FileField):
    """A new upload, or a file already stored (as the API and the phone queue send it)."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        if isinstance(data, File):
            return data
        return super().clean(data, initial)
