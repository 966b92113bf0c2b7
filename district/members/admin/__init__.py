"""People in the back office: members as far as operators need to see them, and accounts of staff."""

from district.members.admin.members import MemberAdmin
from district.members.admin.staff import StaffAdmin

__all__ = ["MemberAdmin", "StaffAdmin"]
