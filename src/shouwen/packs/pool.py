"""The processes that make cases beside the one that writes them. Nothing of Django is loaded before `ready` has set it up."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from typing import Any

Given = tuple[int, datetime, list[int]]
_maker: list[Any] = []


def ready(*given: Any) -> None:
    """In a fresh process: the product loaded, the patterns read once."""
    import django

    django.setup()
    from shouwen.packs.scale import Maker

    _maker[:] = [Maker(*given)]


def make(order: Any) -> Any:
    return _maker[0].make(order)


def batches(todo: list[Any], given: Given, processes: int) -> Iterator[Any]:
    """Batches in the order of the plan; a few are made ahead, so that the writer never waits and memory stays small."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn, initializer=ready, initargs=given) as pool:
        waiting: deque[Any] = deque()
        for order in todo:
            waiting.append(pool.submit(make, order))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
