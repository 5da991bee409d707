"""Traits: steps and promises that several kinds repeat, written once."""

from shouwen.kernel.traits.conversion import Conversion
from shouwen.kernel.traits.ladder import Ladder, level
from shouwen.kernel.traits.parking import Parking
from shouwen.kernel.traits.referral import Referral
from shouwen.kernel.traits.sequence import Sequence
from shouwen.kernel.traits.signoff import SignOff

__all__ = ["Conversion", "Ladder", "Parking", "Referral", "Sequence", "SignOff", "level"]
