"""Telephone numbers as people write them come to one form; what is none is refused."""

import phonenumbers
import pytest

from shouwen.ground.phones import grouped, last4, normal


@pytest.mark.parametrize(
    "written, found",
    [
        ("13800000287", "+8613800000287"),
        ("138 0000 0287", "+8613800000287"),
        ("138-0000-0287", "+8613800000287"),
        ("１３８００００ ０２８７", "+8613800000287"),
        ("+86 138 0000 0287", "+8613800000287"),
        ("0086-138-0000-0287", "+8613800000287"),
        ("(0571) 87654321", "+8657187654321"),
        ("0571-87654321", "+8657187654321"),
        ("0571-87654321转801", "+8657187654321,801"),
        ("0571-87654321 转 801", "+8657187654321,801"),
        ("0571-87654321-801", "+8657187654321,801"),
        ("0571-87654321 ext. 801", "+8657187654321,801"),
        ("0571-87654321#801", "+8657187654321,801"),
        ("010-65123456", "+861065123456"),
        ("400-800-8820", "+864008008820"),
        ("12345", "12345"),
        ("95588", "95588"),
        ("110", "110"),
        ("+44 20 7946 0958", "+442079460958"),
    ],
)
def test_number_is_brought_to_one_form(written, found):
    assert normal(written) == found


@pytest.mark.parametrize("written", ["", "  ", "3 栋 1 单元 101", "1-2-301A", "abc", "12", "1380000028712345678"])
def test_what_is_no_number_is_refused(written):
    assert normal(written) is None


def test_last_four_leave_the_extension_out():
    assert last4("+8657187654321,801") == "4321"
    assert last4("95588") == "5588"


def test_mobile_numbers_are_shown_in_groups():
    assert grouped("+8613800000287") == "138 0000 0287"
    assert grouped("+8657187654321,801") == "+8657187654321 801"


@pytest.mark.parametrize("begins", [f"1{n}" for n in range(30, 100)])
def test_a_mobile_number_is_what_the_library_says(begins):
    for rest in ("000000001", "123456789", "994007371", "900070071"):
        text = f"{begins}{rest}"[:11]
        for written in (text, f"+86{text}"):
            number = phonenumbers.parse(written, "CN")
            said = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            possible = phonenumbers.is_possible_number(number) or phonenumbers.is_valid_number(number)
            assert normal(written) == (said if possible else None)
