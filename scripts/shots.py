"""Which pictures are taken: who looks at which address, and what is done on the page before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Shot:
    """One picture: its name, who looks, the address, and what is done on the page before it is taken."""

    name: str
    who: str
    path: str
    act: Callable[[Any], None] | None = None
    before: Callable[[Any], None] | None = None  # what is laid in wait before the address is asked for


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
        kinds.append(
            Shot(f"case-{kind}", seen_by(case, [lead, holders.get("manager"), *holders.values()]), f"/cases/{case.no}")
        )
    manager, director = holders.get("manager") or lead, holders.get("director") or lead
    found = at_the_counter(desk, steward, party, late) + on_the_list(lead, late.no, again.no)
    found += of_customers(desk, lead, party, live) + of_privacy(lead, manager, party)
    found += in_the_office(director, manager, desk) + more_settings(manager, late.org_id)
    return [*found, *when_it_goes_wrong(desk, owner_of(late) or steward, manager, late), *kinds]


def seen_by(case: Any, names: list[str | None]) -> str:
    """The first of these people who may know of the case."""
    from django.utils import timezone

    from shouwen.ground.actors import actor_for
    from shouwen.ground.models import Account
    from shouwen.kernel.access import visible_to

    for name in filter(None, names):
        actor = actor_for(Account.objects.get(username=name), at=timezone.now())
        if visible_to(actor).filter(pk=case.pk).exists():
            return name
    return names[0] or ""


def owner_of(case: Any) -> str:
    from shouwen.ground.models import Account

    return Account.objects.filter(staff_id=case.owner_id).values_list("username", flat=True).first() or ""


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
        Shot("password", desk, "/account/password"),
        Shot("follow", "", "/follow"),
        Shot("lookup-empty", desk, "/lookup"),
        Shot("papers", desk, "/papers"),
    ]


def when_it_goes_wrong(desk: str, steward: str, manager: str, late: Any) -> list[Shot]:
    """What is said when a page is not there, broken, slow, too old or not one's own, and when a form is refused."""
    return [
        Shot("error-404", desk, "/cases/none"),
        Shot("error-404-nobody", "", "/cases/none"),
        Shot("error-403", desk, "/settings/policies"),
        Shot("error-500", desk, "/", before=_broken),
        Shot("error-csrf", "", "/sign-in", _too_old),
        Shot("error-locked", "", "/sign-in", _locked),
        Shot("error-sign-in", "", "/sign-in?next=/cases", _wrong_password),
        Shot("error-step", steward, f"/cases/{late.no}", _step_refused),
        Shot("error-policy", manager, "/settings/policies/complaint.minor", _policy_refused),
        Shot("error-password", desk, "/account/password", _password_refused),
        Shot("slow-lookup", desk, "/", _slowly, before=_slow),
        Shot("slow-intake", desk, "/intake?kind=complaint", _slow_intake, before=_slow_posts),
        Shot("nothing-found", desk, "/lookup?q=无此人"),
        Shot("nothing-handbook", desk, "/handbook?q=无此条"),
        Shot("nothing-customers", desk, "/customers?q=无此人"),
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
        Shot("cases-over", lead, "/cases?view=over"),
        Shot("case-public", lead, f"/cases/{again}?public=1"),
        Shot("promises", lead, "/promises"),
        Shot("promises-compared", lead, "/promises?compare=before&by=kind"),
        Shot("promises-behind", lead, "/promises", _behind),
        Shot("handbook", lead, "/handbook"),
        Shot("handbook-clause", lead, "/handbook/S6-2.08"),
        Shot("handbook-kind", lead, "/handbook/kinds/complaint"),
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
    ]


def more_settings(manager: str, org_id: int) -> list[Shot]:
    """The rest of what is set."""
    from shouwen.ground.models import Staff

    staff = Staff.objects.filter(org_id=org_id, left_date__isnull=True).order_by("number").first()
    names = ("offices", "places", "organization", "calendars", "connections", "numbers", "work", "storage")
    found = [Shot(f"settings-{name}", manager, f"/settings/{name}") for name in names]
    return [
        *found,
        Shot("person", manager, f"/settings/people/{staff.number}"),
        Shot("cards", manager, "/settings/cards/staff"),
        Shot("card", manager, f"/settings/cards/staff/{staff.pk}"),
        Shot("card-new", manager, "/settings/cards/staff/new"),
    ]


def of_privacy(lead: str, manager: str, party: Any) -> list[Shot]:
    """Who looked at what, what was taken in, what was weighed beforehand."""
    return [
        Shot("customer-adding", lead, f"/customers/{party.pk}?add=contact"),
        Shot("looks", manager, "/customers/looks"),
        Shot("import-runs", lead, "/customers/import/runs"),
        Shot("assessments", manager, "/customers/assessments"),
        Shot("assessment-new", manager, "/customers/assessments/new"),
    ]


@dataclass
class Paper:
    """A printed form as PDF: each of its pages becomes a picture."""

    name: str
    who: str
    path: str


def papers() -> list[Paper]:
    """Every printed form with story data: of each the fullest case that has it, then the reports and the book."""
    from shouwen.ground.models import Party
    from shouwen.kernel.kinds import matches
    from shouwen.kernel.models import Case, Entry
    from shouwen.kernel.registry import kinds

    org_id = Case.objects.values_list("org_id", flat=True).first()
    holders = people(org_id)
    lead, manager, desk = (holders.get(role) or holders[""] for role in ("supervisor", "manager", "desk"))
    party = Party.objects.filter(pk__in=Case.objects.exclude(party=None).values("party_id")).order_by("id").first()
    found = []
    for kind in kinds.values():
        for form in kind.prints:
            best = (0, "")
            for case in Case.objects.filter(org_id=org_id, kind=kind.key).order_by("-cycle", "-id")[:60]:
                steps = set(Entry.objects.filter(stream_type="case", stream_id=case.pk).values_list("step", flat=True))
                facts = {word: case.fact(word) for word in kind.facts}
                if not steps & set(form.unless) and matches(form.when, facts):
                    ended = 5 * (case.closed_at is not None)
                    best = max(best, (len(steps) + 10 * (case.cycle > 1) + ended, case.no))
            if best[1]:
                found.append(Paper(form.key, lead, f"/cases/{best[1]}/print/{form.key}?format=pdf"))
    return [
        *found,
        Paper("customer-card", desk, f"/customers/{party.pk}/print?format=pdf"),
        Paper("promises", lead, "/promises?format=pdf"),
        Paper("promises-compared", lead, "/promises?compare=before&by=person&format=pdf"),
        Paper("handbook", manager, "/handbook?format=pdf"),
    ]


def first_day() -> list[Shot]:
    """The pages of an empty installation before anything was taken down."""
    names = {
        "today": "/", "intake": "/intake", "cases": "/cases", "customers": "/customers", "estate": "/estate", "notices": "/notices",
        "promises": "/promises", "handbook": "/handbook", "people": "/settings/people", "offices": "/settings/offices",
        "done": "/first-run/done", "papers": "/papers", "runs": "/customers/import/runs", "looks": "/customers/looks",
    }  # fmt: skip
    return [Shot(f"empty-{name}", "", path) for name, path in names.items()]


def _previewed(page: Any) -> None:
    page.fill("#value", "12h")
    page.check("#to_running")
    page.click("button[name=_look]")
    page.wait_for_load_state()


def _broken(page: Any) -> None:
    """The page for our own mistakes, as it is sent."""
    from django.test import RequestFactory
    from django.utils import translation

    from shouwen.desk.views.errors import broken

    def answer(route: Any) -> None:
        language = "en" if "language=en" in route.request.all_headers().get("cookie", "") else "zh-hans"
        with translation.override(language):
            body = broken(RequestFactory().get("/")).content.decode()
        route.fulfill(status=500, content_type="text/html; charset=utf-8", body=body)

    page.route(lambda address: address.rstrip("/").count("/") == 2, answer)


def _too_old(page: Any) -> None:
    page.locator("[name=csrfmiddlewaretoken]").first.evaluate("field => { field.value = 'x' }")
    _wrong_password(page)


def _wrong_password(page: Any, name: str = "somebody") -> None:
    page.fill("#id_username", name)
    page.fill("#id_password", "not this one")
    page.locator("#id_password").press("Enter")
    page.wait_for_load_state()


def _locked(page: Any) -> None:
    for _n in range(8):
        if page.locator("#id_username").count():
            _wrong_password(page, "nobody")


def _step_refused(page: Any) -> None:
    form = page.locator(".sw-acts form").first
    form.evaluate(
        "form => { form.noValidate = true; form.querySelectorAll('[required]').forEach(f => { f.value = '' }) }"
    )
    form.locator("button[data-save]").click()
    page.wait_for_load_state()


def _policy_refused(page: Any) -> None:
    page.fill("#value", "一整天")
    page.click("button[name=_look]")
    page.wait_for_load_state()


def _password_refused(page: Any) -> None:
    page.locator("input[type=password]").nth(0).fill("not this one")
    page.locator("input[type=password]").nth(1).fill("1234")
    page.locator("main button.btn-primary, main form button").last.click()
    page.wait_for_load_state()


def _slow(page: Any) -> None:
    page.route("**/lookup?*", lambda route: None)


def _slowly(page: Any) -> None:
    page.locator("#look").fill("1-1")
    page.wait_for_timeout(700)


def _slow_posts(page: Any) -> None:
    page.route("**/intake", lambda route: None if route.request.method == "POST" else route.continue_())


def _slow_intake(page: Any) -> None:
    page.locator("textarea").first.fill("电梯停了")
    page.locator("textarea").first.evaluate("field => field.dispatchEvent(new Event('change', {bubbles: true}))")
    page.wait_for_timeout(900)


def _behind(page: Any) -> None:
    if page.locator("main .sw-t .sw-num a").count():
        page.emulate_media(reduced_motion="reduce")  # no scrolling half way through
        page.locator("main .sw-t .sw-num a:visible").first.click()
        page.wait_for_selector("#behind")


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


def begin(page: Any) -> None:
    """The first-run page filled in and sent."""
    told = {"organization": "清源里物业服务中心", "community": "清源里", "name": "唐守正", "username": "tang"}
    secret = {"password": "a-quiet-first-day", "again": "a-quiet-first-day"}
    houses = {"buildings": "2", "entrances": "2", "floors": "6", "flats": "2"}
    for name, value in {**told, **secret, **houses}.items():
        page.fill(f"[name={name}]", value)
    page.locator("button.btn-primary").click()


def begin_badly(page: Any) -> None:
    page.locator("form[action='/first-run']").evaluate("form => { form.noValidate = true }")
    page.fill("[name=organization]", "清源里物业服务中心")
    page.fill("[name=password]", "1234")
    page.locator("button.btn-primary").click()
    page.wait_for_load_state()
