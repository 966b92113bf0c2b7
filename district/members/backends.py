"""Who may sign in with a password: staff, and nobody else."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from district.members.models import User


class StaffBackend(ModelBackend):
    """Django's own backend, blind to shoppers; so is every session it looks a user up for."""

    def user_can_authenticate(self, user: Any) -> bool:
        return isinstance(user, User) and user.kind == User.Kind.STAFF and user.is_active
