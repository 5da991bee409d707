"""How far long work has come: one line on a terminal, nothing in a file."""

from __future__ import annotations

import sys


def line(what: str, done: int) -> None:
    """Shows what is being done and how much of it is."""
    if sys.stderr.isatty():
        print(f"\r\033[K  {what} {done}", end="", file=sys.stderr, flush=True)


def percent(part: int, what: str) -> None:
    """Shows a share of the whole; without a terminal a line each tenth."""
    if sys.stderr.isatty():
        print(f"\r\033[K  {part:3d} %  {what}", end="\n" if part >= 100 else "", file=sys.stderr, flush=True)
    elif part % 10 == 0 and _last[0] != part:
        print(f"  {part:3d} %  {what}", file=sys.stderr, flush=True)
    _last[0] = part


_last = [-1]
