"""Search finds Chinese words of two characters and up, names by sound, numbers by their end: the same on both databases."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwen.ground import search
from shouwen.ground.models import Organization, Party, Place
from shouwen.ground.search import find, put, query_tokens, take_out, tokens
from shouwen.kernel import indexing
from shouwen.kernel.models import Case
from tests.support import a_case
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


def test_tokens_are_pairs_words_and_the_last_character():
    assert tokens("厨房漏水 TS2611-0087") == ["厨房", "房漏", "漏水", "水", "ts2611", "0087"]
    assert tokens("ＡＢ１２ Café") == ["ab12", "cafe"]
    assert tokens("…，！") == []
    assert query_tokens("漏水 ts26") == [("漏水", False), ("ts26", True)]


@pytest.fixture
def texts(world):
    said = {1: "厨房漏水，已滴到楼下", 2: "电梯异响", 3: "水管漏", 4: "Leaking tap in kitchen 厨房", 5: "漏水又漏电"}
    for number, text in said.items():
        put(org_id=world.org.pk, kind="case", object_id=number, text=text, at=MONDAY)
    return world.org.pk


@pytest.mark.parametrize(
    "asked, found",
    [
        ("漏水", [5, 1]), ("漏", [5, 3, 1]), ("水", [5, 3, 1]), ("厨房", [4, 1]), ("厨房 漏水", [1]), ("leak", [4]),
        ("KITCHEN 厨房", [4]), ("电", [5, 2]), ("电梯异响", [2]), ("梯异", [2]), ("没有", []), ("", []), ("？！", []),
        ("\"'; DROP", []), ("漏水 OR 电梯", []), ("NEAR(漏水)", []), ("a&b | c:*", []),
    ],
)  # fmt: skip
def test_words_are_found_newest_first(texts, asked, found):
    assert find(asked, org_id=texts, kind="case") == found


def test_other_organizations_and_kinds_are_not_found(texts):
    other = Organization.objects.create(name="别处")

    assert find("漏水", org_id=other.pk, kind="case") == find("漏水", org_id=texts, kind="party") == []


def test_no_more_than_wanted(texts):
    assert find("漏", org_id=texts, kind="case", most=2) == [5, 3]


def test_changed_text_replaces_what_was_found(texts):
    put(org_id=texts, kind="case", object_id=1, text="门禁坏了", at=MONDAY)
    take_out(kind="case", object_id=5)

    assert find("漏水", org_id=texts, kind="case") == []
    assert find("门禁", org_id=texts, kind="case") == [1]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(min_size=1, max_size=12))
def test_whatever_is_typed_is_answered(texts, asked):
    assert isinstance(find(asked, org_id=texts, kind="case"), list)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet="漏水电梯厨房ab1 ", min_size=4, max_size=20), st.data())
def test_every_part_of_two_characters_is_found(world, text, data):
    put(org_id=world.org.pk, kind="case", object_id=7, text=text, at=MONDAY)
    runs = [run for run in search._pieces(text) if search._is_han(run) and len(run) >= 2]
    if runs:
        run = data.draw(st.sampled_from(runs))
        start = data.draw(st.integers(0, len(run) - 2))
        assert find(run[start : start + 2], org_id=world.org.pk, kind="case") == [7]


@pytest.mark.clause("S6-1.12")
def test_customer_by_phone_last_four_name_sound_and_unit(world):
    party = world.parties["zeng"]
    party.contacts.update(normal="+8613800000287", last4="0287")
    indexing.index_party(party.pk, at=MONDAY)

    for asked in ("13800000287", "8613800000287", "0287", "曾如初", "如初", "zengruchu", "zengru", "zrc", "1-1-101"):
        assert find(asked, org_id=world.org.pk, kind="party") == [party.pk], asked


def test_case_by_number_subject_words_place_and_customer(world):
    case = a_case(world, "job", words="厨房水管漏水", customer=world.parties["zeng"])
    indexing.index_case(Case.objects.get(pk=case.pk), at=MONDAY)

    for asked in (case.no, case.no.replace("-", ""), case.no[-4:], "漏水", "水管 1-1-101", "曾如初", "zrc"):
        assert find(asked, org_id=world.org.pk, kind="case") == [case.pk], asked
    assert Party.objects.filter(pk=world.parties["zeng"].pk).exists()


def test_a_common_beginning_is_found_among_the_newest_and_a_rarer_one_among_all(texts, monkeypatch):
    monkeypatch.setattr(search, "WALK", 3)

    assert find("漏", org_id=texts, kind="case", most=2) == [5, 3]
    assert find("漏", org_id=texts, kind="case", most=3) == [5, 3, 1], "the newest three hold only two"


def test_a_database_of_an_earlier_version_gets_its_index_filled(texts):
    """The index is made after a migration; what was there before is found by it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for kind in search.KINDS:
                for end in ("ai", "ad", "au"):
                    cursor.execute(f"DROP TRIGGER ground_search_{kind}_{end}")
                cursor.execute(f"DROP TABLE ground_search_{kind}")
            cursor.execute("CREATE VIRTUAL TABLE ground_search_fts USING fts5(tokens)")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ground_searchdoc DROP COLUMN words")

    search.install()
    put(org_id=texts, kind="case", object_id=1, text="门禁坏了", at=MONDAY)

    assert find("漏水", org_id=texts, kind="case") == [5]
    assert "ground_search_fts" not in connection.introspection.table_names()


def test_what_begins_with_a_text_is_told_letter_by_letter(world):
    site = world.places["site"]
    for code in ("9-1", "9_1", "9%1", "9", "10-1", "９-1", "9-10"):
        Place.objects.create(org=world.org, kind="unit", code=code, name="-", path="/", parent=site, site=site)

    def found(text: str) -> list[str]:
        return [place.code for place in search.beginning(Place.objects.filter(parent=site), "code", text)]

    assert found("9") == ["9", "9%1", "9-1", "9-10", "9_1"]
    assert found("9-1") == ["9-1", "9-10"] and found("9%") == ["9%1"] and found("x") == []
