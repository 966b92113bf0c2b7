from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import new_id


class UserManager(BaseUserManager["User"]):
    """Makes the two kinds of users; there is no third."""

    def staff(self) -> models.QuerySet["User"]:
        return self.filter(kind=User.Kind.STAFF)

    def create_staff(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Somebody who signs in to the admin with a name and a password."""
        user = self.model(
            kind=User.Kind.STAFF,
            username=User.normalize_username(username),
            is_staff=True,
            **fields,
        )
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """An operator who may do everything; Django's createsuperuser ends here."""
        return self.create_staff(username, password, is_superuser=True, **fields)


def shopper_name() -> str:
    """A username no person ever sees or types."""
    return new_id("usr")


class User(AbstractBaseUser, PermissionsMixin):
    """An account: of staff with a password, or of a shopper who only ever comes through WeChat."""

    class Kind(models.TextChoices):
        SHOPPER = "shopper", _("消费者")
        STAFF = "staff", _("工作人员")

    kind = models.TextField(_("类型"), choices=Kind, default=Kind.STAFF)
    username = models.CharField(
        _("用户名"),
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("该用户名已被使用。")},
    )
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    is_staff = models.BooleanField(_("可登录后台"), default=False)
    is_active = models.BooleanField(_("启用"), default=True)
    date_joined = models.DateTimeField(_("创建时间"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = verbose_name_plural = _("账号")
        constraints = [
            models.CheckConstraint(
                name="user_is_shopper_or_staff", condition=Q(kind__in=["shopper", "staff"])
            ),
            models.CheckConstraint(
                name="shopper_is_never_staff",
                condition=Q(kind="staff") | Q(is_staff=False, is_superuser=False),
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="username_once_in_any_case",
                violation_error_message=_("该用户名已被使用。"),
            ),
            # What lets a row elsewhere say "this user, who is a shopper" in a foreign key.
            models.UniqueConstraint(fields=["id", "kind"], name="user_of_one_kind"),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
