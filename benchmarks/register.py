"""How long a large register takes to be taken in: rows a second and the longest batch, on a scratch database.

usage: register.py [--rows N] [--databases sqlite,postgresql] [--profile]
Each row is a home with its owner, number, document and role; every row of every table is journaled.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import pstats
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.scratch import DATABASES, address, machine, start

PROMISED = {
    "a register taken in": ("s", "< 90 for 50,000 rows", ""),
    "its processor time": ("s", "", ""),
    "its longest batch": ("s", "< 0.5", ""),
}
HEADS = "楼号 单元 房间 建筑面积 房屋状态 业主名称 手机号 身份证号 业主类型".split()
GIVEN = "安平 宁远 怀瑾 若水 清越 知行 望舒 长风 听雨 南乔".split()
SURNAMES = "钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"


def resident(body: str) -> str:
    """Seventeen digits with the right last one."""
    weights = [pow(2, 17 - n, 11) for n in range(17)]
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def row(n: int) -> list[Any]:
    """The nth home: buildings of thirty storeys, two entrances, four homes a storey."""
    building, rest = divmod(n, 240)
    entrance, rest = divmod(rest, 120)
    storey, door = divmod(rest, 4)
    born = f"{1950 + n % 50}{1 + n // 50 % 12:02d}{1 + n // 600 % 28:02d}"
    return [
        building + 1, entrance + 1, f"{storey + 1}{door + 1:02d}", 89.5, "已入住", f"{SURNAMES[n % 31]}{GIVEN[n % 10]}{n}",
        f"1{30 + n % 10}{n:08d}", resident(f"330106{born}{n // 16800:03d}"), "业主",
    ]  # fmt: skip


def table(rows: int) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("业主")
    sheet.write_row(0, 0, HEADS)
    for n in range(rows):
        sheet.write_row(n + 1, 0, row(n))
    book.close()
    return out.getvalue()


def measure(rows: int, profile: bool) -> dict[str, float]:
    """One register looked at, taken in, looked at again."""
    from django.core.management import call_command
    from django.utils import timezone

    from shouwen.kernel.models import Entry
    from shouwen.packs.choice import found, packs
    from shouwen.rooms.customers import batches, headings, importing, running, sheets

    call_command("migrate", verbosity=0)
    now = timezone.now()
    org = found(packs()["property"], name="Register", at=now, is_demo=True)
    from shouwen.ground.actors import system_actor
    from shouwen.ground.models import Place
    from shouwen.kernel.registers import register

    actor = system_actor(org.pk)
    site = register("place").add({"kind": "community", "code": "R", "name": "Register"}, actor=actor, at=now)
    site = Place.objects.get(pk=site.pk)
    data, found_here = table(rows), {}

    def look() -> importing.Plan:
        layouts = [headings.understand(sheet) for sheet in sheets.read(data, "a.xlsx")]
        return importing.plan(layouts, org_id=org.pk, site=site, at=now, may_build=True)

    whole = time.perf_counter()
    plan = look()
    found_here["look, s"] = time.perf_counter() - whole
    assert not plan.bad, plan.bad[:3]
    pace = batches.Pace()
    watch = cProfile.Profile()
    began, spent, count = time.perf_counter(), time.process_time(), 0
    kept = running.begin(plan, data=data, file_name="a.xlsx", actor=actor, at=now)
    if profile:
        watch.enable()
    for _done in batches.work(kept.pk, me="bench", clock=lambda: datetime.now(UTC), plan=plan, actor=actor, pace=pace):
        count += 1
    watch.disable()
    found_here["write, s"] = time.perf_counter() - began
    found_here["of it processor time, s"] = time.process_time() - spent
    found_here["whole, s"] = time.perf_counter() - whole
    found_here["rows a second"] = rows / found_here["whole, s"]
    found_here["batches"], found_here["longest batch, s"] = count, pace.longest
    found_here["entries"] = Entry.objects.filter(facts__run=kept.pk).count()
    if profile:
        for order in ("cumulative", "tottime"):
            pstats.Stats(watch).sort_stats(order).print_stats(45)
    kept.refresh_from_db()
    assert kept.state == "done", kept.error
    assert look().counts == {}
    return found_here


def figures(vendor: str, rows: int) -> dict[str, float]:
    """The rows of the table of all figures."""
    with address(vendor):
        start()
        found = measure(rows, profile=False)
        from django.db import connection

        connection.close()
    names = ("whole, s", "of it processor time, s", "longest batch, s")
    return {name: found[key] for name, key in zip(PROMISED, names, strict=True)}


def main() -> int:
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("--rows", type=int, default=50_000)
    reading.add_argument("--databases", default=",".join(DATABASES))
    reading.add_argument("--profile", action="store_true")
    asked = reading.parse_args()
    print(machine())
    vendor, *others = asked.databases.split(",")
    with address(vendor):
        start()
        found = measure(asked.rows, asked.profile)
        print(f"{vendor}: {asked.rows:,} rows; " + "; ".join(f"{name} {value:,.2f}" for name, value in found.items()))
        from django.db import connection

        connection.close()
    return main_again(others, asked) if others else 0


def main_again(others: list[str], asked: argparse.Namespace) -> int:
    """The other databases in a process of their own: the product is loaded for one alone."""
    import subprocess

    command = [sys.executable, __file__, "--rows", str(asked.rows), "--databases", ",".join(others)]
    return subprocess.run([*command, *(["--profile"] if asked.profile else [])], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
