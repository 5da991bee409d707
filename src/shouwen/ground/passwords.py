"""What a password must be, said in the reader's language."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """Django's rule with a sentence of our own: Django has none in Chinese."""

    def get_error_message(self) -> str:
        return _("A password has at least %(n)d characters.") % {"n": self.min_length}

    def get_help_text(self) -> str:
        return self.get_error_message()
