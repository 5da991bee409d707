"""Numbers of documents, spoken codes of homes, plates, and values sealed at rest."""

from __future__ import annotations

from datetime import date

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from django.db import connection

from shouwen.ground import codes, identity, sealing
from shouwen.ground.models import Identity

TODAY = date(2026, 11, 23)


def resident(body: str) -> str:
    """A number of somebody invented: 17 digits and the character that fits."""
    return body + identity.CHECKS[sum(int(d) * w for d, w in zip(body, identity.WEIGHTS, strict=True)) % 11]


def company(body: str) -> str:
    total = sum(identity.CODE.index(ch) * pow(3, place, 31) for place, ch in enumerate(body))
    return body + identity.CODE[(31 - total % 31) % 31]


def test_a_right_number_is_taken_in_any_way_of_writing():
    number = resident("33010619900307123")
    assert identity.checked("resident_id", f" {number[:6]} {number[6:14]} {number[14:].lower()}", today=TODAY) == number
    assert identity.born(number) == date(1990, 3, 7)
    assert identity.checked("resident_id", resident("44030519620229001".replace("0229", "0228")), today=TODAY)
    assert identity.checked("company_code", company("91330106MA2B0C1D2"), today=TODAY)
    assert identity.checked("passport", "e 1234 5678", today=TODAY) == "E12345678"


@pytest.mark.parametrize(
    "wrong",
    [
        "330106199003071234"[:17] + ("0" if resident("33010619900307123")[17] != "0" else "1"), "3301061990030712", "",
        resident("33010619900230123"), resident("33010620990307123"), resident("33010617000307123"), "33010619900307123Ａ", "x" * 18,
    ],
)  # fmt: skip
def test_a_wrong_resident_number_is_refused_with_a_sentence(wrong):
    with pytest.raises(ValidationError):
        identity.checked("resident_id", wrong, today=TODAY)


@pytest.mark.parametrize("place", range(18))
def test_one_mistyped_character_is_always_found(place):
    number, code = resident("33010619900307123"), company("91330106MA2B0C1D2")
    for other in "0123456789":
        if other != number[place]:
            with pytest.raises(ValidationError):
                identity.checked("resident_id", number[:place] + other + number[place + 1 :], today=TODAY)
        if other != code[place]:
            with pytest.raises(ValidationError):
                identity.checked("company_code", code[:place] + other + code[place + 1 :], today=TODAY)


@pytest.mark.parametrize(
    "said",
    [
        "1-2-301",
        "1栋2单元301",
        "1#2-301",
        "一栋二单元301室",
        "1幢2单元 301",
        "１－２－３０１",
        "1号楼2单元301室",
        "1—2—301",
    ],
)
def test_however_a_home_is_said_it_is_the_same(said):
    assert codes.spoken(said) == "1-2-301"


@pytest.mark.parametrize("said", ["方小满", "287", "0571-87654321", "-", "", "栋单元", "TS2611-0087"])
def test_what_names_no_home_is_none(said):
    assert codes.spoken(said) in ("", "TS2611-0087")


def test_a_code_tells_where_the_home_is_drawn():
    assert codes.drawn("1-2-301") == ("2", 3, 1)
    assert codes.drawn("12-1-3304") == ("1", 33, 4)
    assert codes.drawn("A-1201") == ("", 12, 1)
    assert codes.drawn("1") is None and codes.drawn("1-x") is None


@pytest.mark.parametrize(
    ("said", "plate"), [("浙A·12345", "浙A12345"), ("浙ａd12345", "浙AD12345"), ("A12345", ""), ("浙A123", "")]
)
def test_plates_have_one_form(said, plate):
    assert codes.plate(said) == plate


def stored() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, fingerprint FROM ground_identity ORDER BY id")
        return cursor.fetchall()


def test_the_table_holds_no_number_in_clear_and_finds_it_all_the_same(world):
    number = resident("33010619900307123")
    row = Identity.objects.create(
        org=world.org,
        party=world.parties["fang"],
        kind="resident_id",
        number=number,
        fingerprint=sealing.fingerprint(number),
    )
    ((sealed, _print),) = stored()
    assert number not in sealed and sealed.startswith(sealing.MARK)
    assert Identity.objects.get(fingerprint__in=sealing.fingerprints(number)).number == number == row.number


def test_keys_are_changed_without_losing_a_value(world, settings):
    number = resident("33010619900307123")
    Identity.objects.create(
        org=world.org,
        party=world.parties["fang"],
        kind="resident_id",
        number=number,
        fingerprint=sealing.fingerprint(number),
    )
    old = list(settings.FIELD_KEYS)
    new = Fernet.generate_key().decode()

    settings.FIELD_KEYS = [new, *old]
    assert Identity.objects.get(fingerprint__in=sealing.fingerprints(number)).number == number
    before = stored()
    assert sealing.reseal() == 1
    assert stored() != before

    settings.FIELD_KEYS = [new]
    assert Identity.objects.get(fingerprint=sealing.fingerprint(number)).number == number
    settings.FIELD_KEYS = old
    with pytest.raises(ValueError, match="SHOUWEN_FIELD_KEYS"):
        Identity.objects.get()
