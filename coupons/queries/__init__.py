"""Questions about coupons, the front door for other apps."""

from coupons.queries.member_facts import member_facts_of
from coupons.queries.versions import version_terms

__all__ = ["member_facts_of", "version_terms"]
