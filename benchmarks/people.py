"""The clerk's pages about customers and homes, on a server that is there: look-up, customer page, drawing of a tower."""

from __future__ import annotations

from typing import Any

from benchmarks import loads

PROMISED = {
    "customer look-up, p95": ("ms", "< 50", ""),
    "customer page, p95": ("ms", "< 100", ""),
    "drawing of a building of 33 floors, p95": ("ms", "< 100", ""),
}


def asked() -> dict[str, list[str]]:
    """What is asked for: digits, names, sounds, initials, homes; pages of people with cases; buildings of 33 floors."""
    from urllib.parse import quote

    from shouwen.ground.models import ContactPoint, Party, Place
    from shouwen.kernel.models import Case

    ids = list(
        Case.objects.filter(party__isnull=False).order_by("-opened_at").values_list("party_id", flat=True)[:1500]
    )
    people = list(Party.objects.filter(pk__in=dict.fromkeys(ids)).order_by("id")[:300])
    texts = [people[n % len(people)].name for n in range(40)]
    texts += [person.pinyin for person in people[40:60]] + [person.initials for person in people[60:80]]
    numbers = ContactPoint.objects.filter(party__in=people[80:160]).order_by("id").values_list("normal", flat=True)
    texts += [number[-4:] for number in numbers] + [number[4:9] for number in numbers[:20]]
    texts += list(Place.objects.filter(kind="unit").order_by("-id").values_list("code", flat=True)[:20])
    towers = Place.objects.filter(kind="unit", storey=33).order_by("building_id").values_list("building_id", flat=True)
    found = [f"/estate/{pk}" for pk in towers.distinct()[:20]]
    if not found:  # a small company has no tower; its highest building then
        unit = Place.objects.filter(kind="unit").order_by("-storey", "id").first()
        found = [f"/estate/{unit.building_id}"] if unit else []
    return {
        "customer look-up, p95": [f"/lookup?q={quote(text)}" for text in texts],
        "customer page, p95": [f"/customers/{person.pk}" for person in people],
        "drawing of a building of 33 floors, p95": found,
    }


def pages(port: int, cookie: dict[str, str], *, seconds: float) -> dict[str, float]:
    """Each row: one client, one page after the other."""
    client, figures = loads.Client(port, cookie), {}
    for name, addresses in asked().items():
        if not addresses:
            continue

        def ask(_client: int, turn: int, these: list[str] = addresses) -> loads.Ask:
            return "GET", these[turn % len(these)], None

        loads.load([client], ask, seconds=0.5, least=5)
        one = loads.load([client], ask, seconds=seconds, least=60)
        assert not one.errors, (name, one.errors)
        figures[name] = one.part(0.95)
    return figures


def main() -> Any:
    """On a database that is there already: figures of one process, without a server (`pages.py` does the asking)."""
    from benchmarks import pages as alone
    from benchmarks.scratch import start

    start()
    for role in ("supervisor", "desk", "steward"):
        ask = alone.asker(alone.cookie_of(role))
        for name, addresses in asked().items():
            middle, late, queries, size = alone.measured(ask, addresses, 100)
            print(
                f"{role:12}{name:42}{middle:8.1f} ms CPU{late:8.1f} p95{queries:5} queries{size / 1000:8.1f} kB",
                flush=True,
            )
            for line in alone.scans(ask, addresses):
                print(f"    {line}")


if __name__ == "__main__":
    main()
