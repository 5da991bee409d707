"""Pictures of every main page with the demo's data: 1280 and 390 wide, Chinese and English, light and dark.

usage: pictures.py [--out FOLDER] [--only NAME,NAME] [--data FOLDER] [--readme]

`--data` takes a folder that already holds the demo; without it a scratch one is made and dropped. `--readme` writes the
two small pictures that the README shows.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"1280": (1280, 800), "390": (390, 844)}
LANGUAGES = {"zh": "zh-hans", "en": "en"}
LOOKS = ("light", "dark")
README = {"today": "today-1280-zh-light", "case": "case-rework-1280-zh-light"}


@dataclass
class Shot:
    """One picture: its name, who looks, the address, and what is done on the page before it is taken."""

    name: str
    who: str
    path: str
    act: Callable[[Any], None] | None = None


def people(org_id: int) -> dict[str, str]:
    """The sign-in name of the first holder of each office."""
    from shouwen.ground.models import Account, Holding

    names = dict(Account.objects.filter(org_id=org_id, staff__isnull=False).values_list("staff_id", "username"))
    held = Holding.objects.filter(org_id=org_id, until_at__isnull=True).order_by("id")
    found: dict[str, str] = {"": next(iter(names.values()))}
    for role, staff_id in held.values_list("office__role", "staff_id"):
        if staff_id in names:
            found.setdefault(role, names[staff_id])
    return found


def shots() -> list[Shot]:
    """The pages, with cases chosen from the data: late, in rework, and one of every kind."""
    from shouwen.ground.models import Party
    from shouwen.kernel.models import Case

    every = Case.objects.filter(org_id=Case.objects.values_list("org_id", flat=True).first())
    live = every.filter(closed_at__isnull=True)
    late = live.order_by("due_at").first() or every.first()
    again = every.filter(cycle__gt=1).order_by("-opened_at").first() or late
    party = Party.objects.filter(pk__in=live.exclude(party=None).values("party_id")).order_by("id").first()
    holders = people(late.org_id)
    desk, steward, lead = (holders.get(role) or holders[""] for role in ("desk", "steward", "supervisor"))
    kinds = []
    for kind in every.values_list("kind", flat=True).distinct().order_by("kind"):
        case = live.filter(kind=kind).order_by("-opened_at").first() or every.filter(kind=kind).first()
        kinds.append(Shot(f"case-{kind}", lead, f"/cases/{case.no}"))
    found = at_the_counter(desk, steward, party, late) + on_the_list(lead, late.no, again.no)
    found += of_customers(desk, lead, party, live)
    return [*found, *in_the_office(holders.get("director") or lead, holders.get("manager") or lead, desk), *kinds]


def at_the_counter(desk: str, steward: str, party: Any, late: Any) -> list[Shot]:
    """What somebody sees who takes requests and works them off."""
    known, start = f"/intake?customer={party.pk if party else ''}&kind=complaint", party.name[:1] if party else "1"
    return [
        Shot("sign-in", "", "/sign-in"),
        Shot("today", steward, "/"),
        Shot("notices", steward, "/notices"),
        Shot("intake", desk, "/intake"),
        Shot("intake-caller", desk, known, _typed),
        Shot("intake-nobody", desk, "/intake?q=13800000999&kind=complaint"),
        Shot("intake-done", desk, f"/intake?_done={late.no}&_call=2"),
        Shot("intake-refused", desk, "/intake?kind=complaint", _saved),
        Shot("lookup", desk, f"/lookup?q={start}"),
        Shot("lookup-box", desk, "/", _look),
        Shot("keys", desk, "/", _keys),
        Shot("account", desk, "/account"),
        Shot("not-there", desk, "/cases/none"),
    ]


def of_customers(desk: str, lead: str, party: Any, live: Any) -> list[Shot]:
    """Who they are, where they live, and a register that is taken in."""
    home = live.filter(building__isnull=False, place__kind="unit").order_by("id").first()
    there = f"/estate/{home.building_id}" if home else "/estate"
    return [
        Shot("customers", desk, "/customers"),
        Shot("customer", desk, f"/customers/{party.pk if party else ''}"),
        Shot("customer-paper", desk, f"/customers/{party.pk if party else ''}/print"),
        Shot("estate", desk, "/estate"),
        Shot("elevation", desk, there),
        Shot("elevation-home", desk, f"{there}?home={home.place.code if home else ''}"),
        Shot("import", lead, "/customers/import", _register),
    ]


def _register(page: Any) -> None:
    """A register looked at: most rows right, some wrong."""
    rows = ["楼号,单元,房间,建筑面积,业主名称,手机号,业主类型,备注"]
    rows += [f"{1 + n % 6},{1 + n % 2},{901 + n},89.5,样例{n},139{n:08d},业主," for n in range(40)]
    rows[7], rows[19] = "99,1,301,89.5,样例甲,13900000007,业主,", "1,1,302,很大,样例乙,138OO13,业主,"
    sheet = {"name": "业主名册.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    page.set_input_files("#file", files=[sheet])
    page.locator("button[value=look]").click()
    page.wait_for_load_state()


def on_the_list(lead: str, late: str, again: str) -> list[Shot]:
    """What somebody sees who looks after others."""
    return [
        Shot("today-supervisor", lead, "/"),
        Shot("cases", lead, "/cases"),
        Shot("cases-chips", lead, "/cases?view=all&kind=complaint"),
        Shot("cases-nothing", lead, "/cases?kind=complaint&q=无此字词"),
        Shot("cases-columns", lead, "/cases", _columns),
        Shot("several", lead, "/cases", _several),
        Shot("case-late", lead, f"/cases/{late}"),
        Shot("case-rework", lead, f"/cases/{again}"),
        Shot("case-count", lead, f"/cases/{late}", _count),
        Shot("promises", lead, "/promises"),
        Shot("handbook", lead, "/handbook"),
    ]


def in_the_office(director: str, manager: str, desk: str) -> list[Shot]:
    """What is set, and what is said to somebody who may not."""
    return [
        Shot("settings", director, "/settings"),
        Shot("policies", manager, "/settings/policies"),
        Shot("policy-preview", manager, "/settings/policies/complaint.minor", _previewed),
        Shot("notices-words", manager, "/settings/notices"),
        Shot("people", manager, "/settings/people"),
        Shot("calendar", manager, "/settings/calendars/site"),
        Shot("journal", manager, "/settings/journal"),
        Shot("not-allowed", desk, "/settings/policies"),
        Shot("customers", desk, "/customers"),
        Shot("estate", desk, "/estate"),
        Shot("nothing-found", desk, "/lookup?q=无此人"),
    ]


def _previewed(page: Any) -> None:
    page.fill("#value", "12h")
    page.check("#to_running")
    page.click("button[name=_look]")
    page.wait_for_load_state()


def _typed(page: Any) -> None:
    page.locator("textarea").first.fill("厨房水槽下水管漏水，地面有积水，怕漏到楼下。")


def _saved(page: Any) -> None:
    page.locator("form[data-main]").evaluate("form => form.noValidate = true")
    page.locator("button[data-save]").click()
    page.wait_for_load_state()


def _columns(page: Any) -> None:
    if page.locator("summary.btn").first.is_visible():
        page.locator("summary.btn").first.click()


def _several(page: Any) -> None:
    boxes = page.locator("input[name=no]")
    for n in range(min(3, boxes.count())):
        boxes.nth(n).evaluate("box => { box.checked = true }")
    page.locator("form[action='/cases/several']").evaluate("form => form.submit()")
    page.wait_for_url("**/several")


def _count(page: Any) -> None:
    if page.locator(".sw-cks button").count():
        page.locator(".sw-cks button").first.click()


def _look(page: Any) -> None:
    page.locator("#look").fill("1-1")
    page.wait_for_selector("#found [data-row], #found p")


def _keys(page: Any) -> None:
    page.keyboard.press("?")


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


def take(address: str, wanted: list[Shot], out: Path) -> int:
    """Takes the pictures; returns how many pages complained or were too wide."""
    from playwright.sync_api import sync_playwright

    from shouwen.ground.models import Account

    chromium = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    total, done, wrong = len(wanted) * len(SIZES) * len(LANGUAGES) * len(LOOKS), 0, 0
    sessions = {who: session(who) for who in {shot.who for shot in wanted if shot.who}}
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium)
        for look in LOOKS:
            for short, language in LANGUAGES.items():
                Account.objects.filter(username__in=sessions).update(
                    language=language, appearance=look, must_change_password=False
                )
                for size, (width, height) in SIZES.items():
                    for shot in wanted:
                        wrong += _one(
                            browser,
                            address,
                            shot,
                            sessions,
                            language,
                            (width, height),
                            out / f"{shot.name}-{size}-{short}-{look}.png",
                        )
                        done += 1
                        print(f"\r{done} of {total}: {shot.name:<24}", end="", flush=True)
        browser.close()
    print()
    return wrong


def _one(
    browser: Any, address: str, shot: Shot, sessions: dict[str, str], language: str, size: tuple[int, int], file: Path
) -> int:
    complaints: list[str] = []
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, base_url=address, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    context.add_cookies([{"name": "language", "value": language, "url": address}])
    if shot.who:
        context.add_cookies([{"name": "sessionid", "value": sessions[shot.who], "url": address}])
    page = context.new_page()
    page.on(
        "console",
        lambda told: complaints.append(told.text) if told.type == "error" and "status of 4" not in told.text else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(shot.path, wait_until="load")
    if shot.act is not None:
        shot.act(page)
    page.wait_for_timeout(80)
    page.screenshot(path=file)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        complaints.append(f"{wide} px too wide")
    context.close()
    for complaint in complaints:
        print(f"\n{file.name}: {complaint}")
    return 1 if complaints else 0


def small(source: Path, target: Path) -> None:
    """A picture for the README: 255 colours, two thirds of the size."""
    from PIL import Image

    picture = Image.open(source).convert("RGB")
    picture = picture.resize((picture.width * 3 // 4, picture.height * 3 // 4), Image.Resampling.LANCZOS)
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(255).save(target, optimize=True)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--out", type=Path, default=ROOT / "pictures")
    asked.add_argument("--only", default="")
    asked.add_argument("--data", type=Path)
    asked.add_argument("--readme", action="store_true")
    chosen = asked.parse_args()
    data = chosen.data or Path(tempfile.mkdtemp(prefix="shouwen-pictures-"))
    os.environ["SHOUWEN_DATA"], os.environ["DJANGO_SETTINGS_MODULE"] = str(data.resolve()), "shouwen.project.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if chosen.data is None:
        subprocess.run([sys.executable, "-m", "shouwen.project", "demo"], check=True)
    import django

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    chosen.out.mkdir(parents=True, exist_ok=True)
    names = set(filter(None, chosen.only.split(",")))
    wanted = [shot for shot in shots() if not names or shot.name in names]
    with served(data) as address:
        wrong = take(address, wanted, chosen.out)
    if chosen.readme:
        for name, picture in README.items():
            small(chosen.out / f"{picture}.png", ROOT / "docs" / "screens" / f"{name}.png")
    if chosen.data is None:
        shutil.rmtree(data, ignore_errors=True)
    print(f"{len(list(chosen.out.glob('*.png')))} pictures in {chosen.out}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
