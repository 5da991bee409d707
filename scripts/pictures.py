"""Pictures of every page with the demo's data: 1280 and 390 wide, Chinese and English, light and dark; of its empty, slow
and refused states; of an empty installation's first day; and of every printed form.

usage: pictures.py [--out FOLDER] [--only NAME,NAME] [--data FOLDER] [--ways zh-light,en-dark] [--sizes 1280] [--whole] [--readme]

`--data` takes a folder that already holds the demo; without it a scratch one is made and dropped. `--whole` takes pages
to their end instead of what is seen at first. `--only` may name `papers` and `first-day` too. `--readme` writes the two
small pictures that the README shows.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shots import Paper, Shot, begin, begin_badly, first_day, papers, shots

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"1280": (1280, 800), "390": (390, 844)}
LANGUAGES = {"zh": "zh-hans", "en": "en"}
LOOKS = ("light", "dark")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
README = {"today": "today-1280-zh-light", "case": "case-complaint-1280-zh-light"}


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The product itself, serving the data on a free port until the pictures are taken."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "SHOUWEN_DATA": str(data), "PORT": str(port)}
    command = [sys.executable, "-m", "shouwen.project", "serve", "--web-only", "--processes", "1"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _try in range(240):
            if server.poll() is not None:
                raise SystemExit("the server did not start; see above")
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def session(username: str) -> str:
    from django.test import Client

    from shouwen.ground.models import Account

    client = Client()
    client.force_login(Account.objects.get(username=username))
    return client.cookies["sessionid"].value


@dataclass
class Studio:
    """A browser, the address it looks at, and which sizes, languages and looks are wanted."""

    browser: Any
    address: str
    out: Path
    sizes: list[str]
    ways: list[tuple[str, str]]  # language and look
    whole: bool
    wrong: int = 0

    def room(self, size: str, short: str, cookies: dict[str, str]) -> Any:
        """A fresh profile: nobody's drafts, a size, a language."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, base_url=self.address, locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )  # fmt: skip
        kept = {"language": LANGUAGES[short], **cookies}
        context.add_cookies([{"name": name, "value": value, "url": self.address} for name, value in kept.items()])
        return context

    def take(self, shot: Shot, context: Any, name: str) -> None:
        """One picture; complaints of the browser, and a page that is too wide, are told."""
        complaints: list[str] = []
        page = context.new_page()
        page.on(
            "console",
            lambda told: (
                complaints.append(told.text) if told.type == "error" and "status of" not in told.text else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        try:
            if shot.before is not None:
                shot.before(page)
            page.goto(shot.path, wait_until="load")
            if shot.act is not None:
                shot.act(page)
            page.wait_for_timeout(60)
            page.screenshot(path=self.out / f"{name}.png", full_page=self.whole)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                complaints.append(f"{wide} px too wide")
        except Exception as error:  # one page that cannot be taken does not stop the others
            complaints.append(str(error).split("Call log")[0].strip())
        page.close()
        for complaint in complaints:
            print(f"{name}: {complaint}")
        self.wrong += bool(complaints)


def of_the_demo(studio: Studio, wanted: list[Shot]) -> None:
    """The pages as the demo's people see them, each in its own language and look."""
    from shouwen.ground.models import Account

    sessions = {who: session(who) for who in {shot.who for shot in wanted if shot.who}}
    for short, look in studio.ways:
        Account.objects.filter(username__in=sessions).update(
            language=LANGUAGES[short], appearance=look, must_change_password=False
        )
        for size in studio.sizes:
            rooms = {
                who: studio.room(size, short, {"sessionid": sessions[who]} if who else {})
                for who in {shot.who for shot in wanted}
            }
            for shot in wanted:
                studio.take(shot, rooms[shot.who], f"{shot.name}-{size}-{short}-{look}")
            for context in rooms.values():
                context.close()
            print(f"{len(wanted)} pages at {size}, {short}, {look}", flush=True)


def of_papers(studio: Studio, wanted: list[Paper]) -> None:
    """Every page of every printed form."""
    import pypdfium2

    from shouwen.ground.models import Account

    for short in dict.fromkeys(short for short, _look in studio.ways):
        Account.objects.filter(username__in={paper.who for paper in wanted}).update(language=LANGUAGES[short])
        for paper in wanted:
            context = studio.room("1280", short, {"sessionid": session(paper.who)})
            answer = context.request.get(paper.path, timeout=120_000)
            if answer.status != 200:
                studio.wrong += 1
                print(f"{paper.name}: {answer.status} {paper.path}")
            else:
                for number, page in enumerate(pypdfium2.PdfDocument(answer.body()), start=1):
                    if number <= 4:
                        page.render(scale=1.6).to_pil().save(studio.out / f"paper-{paper.name}-{short}-{number}.png")
            context.close()


def of_the_first_day(studio: Studio) -> None:
    """An empty installation: its first page as it comes and refused, then every page before anything was taken down."""
    begun: dict[str, str] = {}
    for size in studio.sizes:
        for short in dict.fromkeys(short for short, _look in studio.ways):
            context = studio.room(size, short, {})
            studio.take(Shot("first-run", "", "/first-run"), context, f"first-run-{size}-{short}-light")
            refused = Shot("first-run-refused", "", "/first-run", begin_badly)
            studio.take(refused, context, f"first-run-refused-{size}-{short}-light")
            context.close()
    context = studio.room("1280", "zh", {})
    page = context.new_page()
    page.goto("/first-run")
    begin(page)
    page.wait_for_url("**/first-run/done")
    for short, look in studio.ways:
        page.goto("/account")
        page.select_option("[name=language]", LANGUAGES[short])
        page.select_option("[name=appearance]", look)
        page.locator("form[action='/account'] button").click()
        page.wait_for_load_state()
        begun = {one["name"]: one["value"] for one in context.cookies() if one["name"] == "sessionid"}
        for size in studio.sizes:
            room = studio.room(size, short, begun)
            for shot in first_day():
                studio.take(shot, room, f"{shot.name}-{size}-{short}-{look}")
            room.close()
    context.close()


def small(source: Path, target: Path) -> None:
    """A picture for the README: 255 colours, two thirds of the size."""
    from PIL import Image

    picture = Image.open(source).convert("RGB")
    picture = picture.resize((picture.width * 3 // 4, picture.height * 3 // 4), Image.Resampling.LANCZOS)
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(255).save(target, optimize=True)


def asked_for() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--out", type=Path, default=ROOT / "pictures")
    asked.add_argument("--only", default="")
    asked.add_argument("--data", type=Path)
    asked.add_argument("--ways", default=",".join(f"{short}-{look}" for look in LOOKS for short in LANGUAGES))
    asked.add_argument("--sizes", default=",".join(SIZES))
    asked.add_argument("--whole", action="store_true")
    asked.add_argument("--readme", action="store_true")
    return asked.parse_args()


def main() -> int:
    chosen = asked_for()
    data = chosen.data or Path(tempfile.mkdtemp(prefix="shouwen-pictures-"))
    os.environ["SHOUWEN_DATA"], os.environ["DJANGO_SETTINGS_MODULE"] = str(data.resolve()), "shouwen.project.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if chosen.data is None:
        subprocess.run([sys.executable, "-m", "shouwen.project", "demo"], check=True)
    import django

    django.setup()
    from django.conf import settings
    from playwright.sync_api import sync_playwright

    settings.ALLOWED_HOSTS = ["*"]
    chosen.out.mkdir(parents=True, exist_ok=True)
    names = set(filter(None, chosen.only.split(",")))
    wanted = [shot for shot in shots() if not names or shot.name in names]
    ways = [(short, look) for short, _dash, look in (way.partition("-") for way in chosen.ways.split(","))]
    chromium = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=["--lang=zh-CN"])
        studio = Studio(browser, "", chosen.out, chosen.sizes.split(","), ways, chosen.whole)
        with served(data) as studio.address:
            of_the_demo(studio, wanted)
            if not names or "papers" in names:
                of_papers(studio, papers())
        if not names or "first-day" in names:
            with (
                tempfile.TemporaryDirectory(prefix="shouwen-first-day-") as empty,
                served(Path(empty)) as studio.address,
            ):
                of_the_first_day(studio)
        browser.close()
    if chosen.readme:
        for name, picture in README.items():
            small(chosen.out / f"{picture}.png", ROOT / "docs" / "screens" / f"{name}.png")
    if chosen.data is None:
        shutil.rmtree(data, ignore_errors=True)
    print(f"{len(list(chosen.out.glob('*.png')))} pictures in {chosen.out}")
    return 1 if studio.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
