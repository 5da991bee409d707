"""Choices that the caller's words make plain: `插座没电` is the electrician's. The glossary lists the cues of each choice.

What nobody touched stands on the first choice; only that is guessed over, never what somebody chose.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from shouwen.kernel import words
from shouwen.kernel.kinds import Step

SAID = "words"  # the question that holds what the caller says


@cache
def cues(option: str, scope: str) -> tuple[str, ...]:
    """The cues of a choice, in both languages: callers mix them."""
    return tuple(
        cue
        for language in ("zh-hans", "en")
        for cue in words.label_in(language, option, scope, "_cues").lower().split()
    )


def guessable(step: Step) -> dict[str, tuple[str, ...]]:
    """The questions of a step with choices that have cues."""
    kind, asked = step.kind, [word for word in step.words if word in step.kind.choices]
    return {
        word: kind.choices[word] for word in asked if any(cues(one, f"{kind.key} {word}") for one in kind.choices[word])
    }


def plain(step: Step, word: str, said: str) -> str:
    """The choice that the words make plain; nothing where none or several do alike."""
    scope, text = f"{step.kind.key} {word}", said.lower()
    weights = {
        option: sum(len(cue) ** 2 for cue in cues(option, scope) if cue in text) for option in step.kind.choices[word]
    }
    best = max(weights.values())
    found = [option for option, weight in weights.items() if weight == best]
    return found[0] if best and len(found) == 1 else ""


def guessed(step: Step, data: Mapping[str, str], shown: Mapping[str, str]) -> dict[str, str]:
    """The choices as they should stand: `shown` is what the page itself had put there."""
    found = {}
    for word, options in guessable(step).items():
        untouched = shown.get(word) or options[0]
        if data.get(word, untouched) == untouched:
            found[word] = plain(step, word, data.get(SAID, "")) or data.get(word, "")
    return {word: option for word, option in found.items() if option}
