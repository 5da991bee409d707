"""How long until a cold browser shows something: first contentful paint of the main pages, on loopback.

usage: paint.py --data FOLDER [--turns N]
The folder holds a database that is filled (`SHOUWEN_DATA=folder shouwen demo`); the product itself serves it. Every turn is
a new browser without anything kept. Prints the median and the worst of each page in milliseconds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def pages_of() -> list[tuple[str, str]]:
    """Who looks at which page: the sign-in, then what a clerk and a supervisor have open all day."""
    import pictures

    wanted = {"sign-in", "today", "intake", "cases", "case-late", "promises"}
    return [(shot.who, shot.path) for shot in pictures.shots() if shot.name in wanted]


def painted(player: Any, address: str, cookie: str, path: str) -> float:
    """One cold browser, one page."""
    chromium = next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), None)
    browser = player.chromium.launch(executable_path=chromium)
    try:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=address)
        if cookie:
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
        page = context.new_page()
        page.goto(path, wait_until="load")
        page.wait_for_timeout(150)
        found = page.evaluate(PAINT)
        return float(found) if found is not None else float("nan")
    finally:
        browser.close()


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--turns", type=int, default=5)
    chosen = asked.parse_args()
    os.environ["SHOUWEN_DATA"], os.environ["DJANGO_SETTINGS_MODULE"] = (
        str(chosen.data.resolve()),
        "shouwen.project.settings",
    )
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    import django

    django.setup()
    import pictures
    from playwright.sync_api import sync_playwright

    wanted = pages_of()
    cookies = {who: pictures.session(who) for who, _path in wanted if who}
    with pictures.served(chosen.data) as address, sync_playwright() as player:
        for who, path in wanted:
            times = [painted(player, address, cookies.get(who, ""), path) for _turn in range(chosen.turns)]
            print(f"{path:<40} median {statistics.median(times):6.0f} ms   worst {max(times):6.0f} ms", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
