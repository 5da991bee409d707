"""Papers are set where Pango is; the tests that want one say so."""

from tests.papers import pango

__all__ = ["pango"]
