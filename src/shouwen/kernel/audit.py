"""The two audits: the journal (`shouwen audit journal`) and the clocks derived from it (`shouwen audit clocks`)."""

from shouwen.kernel.audit_chain import audit_journal
from shouwen.kernel.audit_clocks import alarms_doubled, audit_clocks
from shouwen.kernel.difference import Difference

__all__ = ["Difference", "alarms_doubled", "audit_clocks", "audit_journal"]
