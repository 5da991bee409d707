"""The drawing of a building: storeys by entrances, one cell a home, told by what is open there and how it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.db.models import Count, Q

from shouwen.desk.listing import next_clocks
from shouwen.ground import codes
from shouwen.ground.actors import Actor
from shouwen.ground.models import Pet, Place, Role, Vehicle
from shouwen.kernel import words
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Attachment, Clock
from shouwen.kernel.zones import local_date
from shouwen.rooms.estate.models import AreaCard

HOMES = ("unit", "shop")
STANDING = ("renovating", "vacant", "unsold")  # how a home may stand that is coloured when chosen
SHOWN = ("cases", *STANDING)


@dataclass
class Cell:
    """One home in the drawing."""

    place: Place
    door: str
    storey: int
    position: int
    open: int = 0
    over: int = 0
    paused: int = 0

    @property
    def number(self) -> str:
        return self.place.code.rsplit("-", 1)[-1]

    @property
    def css(self) -> str:
        """The look of the cell: what is over its time goes before what is open, that before how the home stands."""
        if self.over:
            return "sw-ov"
        return "sw-op" if self.open else self.stands

    @property
    def stands(self) -> str:
        """The look of how the home stands, whatever is open there."""
        return {"renovating": "sw-ren", "vacant": "sw-vac", "unsold": "sw-vac"}.get(self.place.state, "")

    @property
    def mark(self) -> str:
        return "over" if self.over else "paused" if self.paused and self.paused == self.open else "open"


@dataclass(frozen=True)
class Landing:
    """The homes of one entrance on one storey, from the left; None where there is none."""

    door: str
    cells: list[Cell | None]


@dataclass
class Drawing:
    """A building as it is drawn, top storey first; homes without a storey stand below."""

    building: Place
    doors: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[Landing]]] = field(default_factory=list)
    loose: list[Cell] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "cases": sum(cell.open for cell in self.cells),
            **{state: sum(cell.place.state == state for cell in self.cells) for state in STANDING},
        }


def drawing_of(building: Place, actor: Actor, *, at: datetime) -> Drawing:
    """The whole building in three queries, however high it is."""
    homes = Place.objects.filter(org_id=building.org_id, building=building, kind__in=HOMES).order_by("code", "id")
    cells = {home.pk: _cell(home) for home in homes}
    live = visible_to(actor).filter(building=building, closed_at__isnull=True, place_id__in=list(cells))
    counted = live.order_by().values("place_id").annotate(n=Count("id"), over=Count("id", filter=Q(due_at__lt=at)))
    for row in counted:
        cells[row["place_id"]].open, cells[row["place_id"]].over = row["n"], row["over"]
    halted = Clock.objects.filter(case__in=live.order_by().values("pk"), verdict__isnull=True, paused_at__isnull=False)
    for row in halted.order_by().values("case__place_id").annotate(n=Count("case_id", distinct=True)):
        cells[row["case__place_id"]].paused = row["n"]
    return _arranged(building, list(cells.values()))


def _cell(home: Place) -> Cell:
    if home.storey is not None and home.position is not None:
        return Cell(home, home.door, home.storey, home.position)
    door, storey, position = codes.drawn(home.code) or ("", 0, 0)
    return Cell(home, door, storey, position)


def _arranged(building: Place, cells: list[Cell]) -> Drawing:
    drawn = Drawing(building, cells=cells, loose=[cell for cell in cells if not cell.position])
    placed = {(cell.door, cell.storey, cell.position): cell for cell in cells if cell.position}
    drawn.doors = sorted({door for door, _s, _p in placed}, key=lambda door: (len(door), door))
    wide = {door: max(p for d, _s, p in placed if d == door) for door in drawn.doors}
    for storey in sorted({storey for _d, storey, _p in placed}, reverse=True):
        doors = [
            Landing(door, [placed.get((door, storey, n)) for n in range(1, wide[door] + 1)]) for door in drawn.doors
        ]
        drawn.rows.append((storey, doors))
    return drawn


def home_of(place: Place, actor: Actor, *, at: datetime, most: int = 20) -> dict[str, Any]:
    """One place: who is somebody there, what is open, what happened, every paper about it."""
    day = local_date(at)
    roles = list(
        Role.objects.filter(place=place, party__erased_at__isnull=True)
        .select_related("party")
        .order_by("-from_date", "id")
    )
    live = [role for role in roles if role.until_date is None or role.until_date >= day]
    cases = visible_to(actor).filter(place=place).select_related("owner", "party")
    open_cases = list(cases.filter(closed_at__isnull=True).order_by("due_at", "id")[:most])
    clocks = next_clocks(open_cases)
    papers = Attachment.objects.filter(case__in=cases.order_by().values("pk"), file__erased_at__isnull=True)
    return {
        "place": place, "people": live, "former": [role for role in roles if role not in live],
        "open": [(case, clocks.get(case.pk)) for case in open_cases],
        "closed": list(cases.filter(closed_at__isnull=False).order_by("-closed_at", "-id")[:most]),
        "archive": list(papers.select_related("file", "case").order_by("-id")[:most]),
        "vehicles": list(Vehicle.objects.filter(place=place, until_date__isnull=True).order_by("plate")),
        "pets": list(Pet.objects.filter(place=place, until_date__isnull=True).select_related("party").order_by("from_date", "id")),
        "missing": missing(place, live), "area": area_of(place),
    }  # fmt: skip


def area_of(place: Place) -> list[tuple[str, str]]:
    """The side card of the type of its area: label and value of what is kept of such a place."""
    card = AreaCard.objects.filter(place=place).first()
    if card is None:
        return []
    names = [name for name in AreaCard.FIELDS.get(place.sort, ()) if getattr(card, name) not in (None, "")]
    return [(words.label(name, "area_card"), _said(getattr(card, name))) for name in names]


def _said(value: Any) -> str:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return words.label(value) if value in AreaCard.FOR_WHOM else str(value)


def missing(place: Place, live: list[Role]) -> list[str]:
    """What the archive of a home still lacks."""
    if place.kind not in HOMES:
        return []
    found = [words.label("state", "place")] if not place.state else []
    found += [words.label("gross_area")] if place.gross_dm2 is None else []
    sold = place.state != "unsold"
    owned = any(role.role in ("OWNER", "CO_OWNER") for role in live)
    return found + ([words.label("OWNER")] if sold and not owned else [])
