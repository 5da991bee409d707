"""Refusals: a sentence for the person at the counter, the clause behind it, and nothing changed."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """A step was not taken. `errors` names fields where one decides; `status` is what HTTP faces answer."""

    status = 409

    def __init__(self, sentence: str, clause: str = "", *, errors: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(sentence)
        self.sentence, self.clause, self.errors = sentence, clause, dict(errors or {})


class NotAllowed(Refusal):
    """The actor may know of the case, but this step is another's to take."""

    status = 403


class Unknown(Refusal):
    """There is no such case for this actor; a stranger learns nothing."""

    status = 404


class Invalid(Refusal):
    """What was given does not answer what was asked; each field says why."""

    status = 422


class Stale(Refusal):
    """Somebody changed the case since it was looked at."""

    status = 409


class KeyReused(Refusal):
    """The same idempotency key came with other words."""

    status = 409
