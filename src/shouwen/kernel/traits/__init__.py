"""Traits: steps and promises that several kinds repeat, written once."""

from shouwen.kernel.traits.referral import Referral
from shouwen.kernel.traits.signoff import SignOff

__all__ = ["Referral", "SignOff"]
