"""One word per idea: what the glossaries call a thing, the catalogue of sentences calls it too."""

from __future__ import annotations

import polib
import pytest

from shouwen.kernel import words
from tests.docs.manual import ROOT

# The same English word for different things: said in Chinese as each is meant.
HOMONYMS = {
    "Closed": "a state of a case, and a filter of the list", "Close": "a step, and how dense a table is",
    "Channel": "how a request came in, and how it is told", "Department": "the one that owes, and a column",
    "Subject": "of a case, and of a letter", "E-mail": "as a channel, and as an address", "Kind": "of a case, and of a file",
    "Unit": "a home, and its code", "Running": "a clock, and a column of figures", "Done": "a step, and a round",
    "First contact": "the person, and the column", "Cycle": "of a case, and a column", "Next due": "of a case, and a column",
    "Trade": "of a craftsman, of a house, of a part of town", "Ended": "a state, and a count of cases",
    "Outcome": "of a call, and of a check", "Satisfied": "a step, and an answer", "Given up": "a case, and a message", "Person": "a sort of party, and whoever answers",
    "Reason": "a sort of cause, and why", "Service desk": "an office, and a calendar",
}  # fmt: skip


def catalogue() -> dict[str, str]:
    path = ROOT / "src/shouwen/locale/zh_Hans/LC_MESSAGES/django.po"
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(path)) if entry.msgstr}


def test_the_catalogue_says_what_the_glossary_says():
    said = catalogue()
    wrong = {
        word: (labels["zh"], said[labels["en"]])
        for word, labels in words.entries().items()
        if "." not in word
        and labels["en"] in said
        and said[labels["en"]] != labels["zh"]
        and labels["en"] not in HOMONYMS
    }
    assert wrong == {}


@pytest.mark.parametrize("part", ["zh", "en"])
def test_every_word_has_a_label_without_spaces_around_it(part):
    assert [word for word, labels in words.entries().items() if labels.get(part, "").strip() != labels.get(part) or not labels[part]] == []  # fmt: skip


def test_chinese_labels_are_chinese_and_english_ones_are_not():
    def chinese(text: str) -> bool:
        return any("\u4e00" <= letter <= "\u9fff" for letter in text)

    entries = words.entries().items()
    assert [word for word, labels in entries if not chinese(labels["zh"]) and labels["zh"] != labels["en"]] == []
    assert [word for word, labels in entries if chinese(labels["en"])] == []
