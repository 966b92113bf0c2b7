"""Who wrote a version before it was decided."""

from django.db import connection

from coupons.models import TemplateVersion


def editor_ids(version: TemplateVersion) -> set[int]:
    """The users who may not decide a version: who drafted, changed or submitted it, or another version
    of its template since the last publication."""
    with connection.cursor() as cursor:
        cursor.execute("select coupons_editors_of(%s)", [version.pk])
        return {pk for (pk,) in cursor.fetchall()}
