"""Who and where: tables only. Changes to them are journaled by the registers of the rooms customers, estate and staff."""

from shouwen.ground.models.account import Account
from shouwen.ground.models.base import Row
from shouwen.ground.models.file import File
from shouwen.ground.models.office import Department, Holding, Office, Staff
from shouwen.ground.models.organization import Organization
from shouwen.ground.models.party import ContactPoint, Identity, Party, Pet, Role, Vehicle
from shouwen.ground.models.place import Place
from shouwen.ground.models.search import SearchDoc

__all__ = [
    "Account",
    "ContactPoint",
    "Department",
    "File",
    "Holding",
    "Identity",
    "Office",
    "Organization",
    "Party",
    "Pet",
    "Place",
    "Role",
    "Row",
    "SearchDoc",
    "Staff",
    "Vehicle",
]
