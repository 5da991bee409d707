"""The trades an installation can be set up for: each pack names departments, policy values and a demo story."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from shouwen.ground.actors import system_actor
from shouwen.ground.models import Department, Organization
from shouwen.kernel import policies, rooms
from shouwen.kernel.registers import register
from shouwen.kernel.takeover import take_over

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Pack:
    """A trade: its names, the departments it starts with, and the numbers in which it differs from the rooms' own."""

    key: str
    name_zh: str
    name_en: str
    departments: Mapping[str, str] = field(default_factory=dict)
    policies: Mapping[str, Any] = field(default_factory=dict)
    rooms: str = ""  # those in which cases are opened; the others are shut. None named: all
    offices: Mapping[str, str] = field(
        default_factory=dict
    )  # roles by reach: organization, community, building, department
    reports_to: Mapping[str, str] = field(default_factory=dict)

    def story(self) -> ModuleType:
        """The module that tells its demo."""
        return importlib.import_module(f"{__package__}.{self.key}.story")


def packs() -> dict[str, Pack]:
    """All packs that are here, by key."""
    files = sorted(HERE.glob("*/pack.toml"))
    return {path.parent.name: Pack(path.parent.name, **tomllib.loads(path.read_text("utf-8"))) for path in files}


def shut_of(pack: Pack) -> dict[str, list[str]]:
    """The rooms a trade does not use, as the value of their policy."""
    unused = [room for room in rooms.rooms() if room not in pack.rooms.split()] if pack.rooms else []
    return {rooms.SHUT.key: unused} if unused else {}


def found(pack: Pack, *, name: str, at: datetime, is_demo: bool = False) -> Organization:
    """Makes the organization with the departments and policy values of its trade, journaled as `system`."""
    org = Organization.objects.create(name=name, pack=pack.key, is_demo=is_demo)
    actor = system_actor(org.pk)
    rows = [Department(org=org, key=key, name=shown) for key, shown in pack.departments.items()]
    take_over(register("department"), rows, actor=actor, at=at)
    for key, value in {**shut_of(pack), **pack.policies}.items():
        policies.publish(key, value, actor=actor, at=at, note=pack.name_zh)
    return org
