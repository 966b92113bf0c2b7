"""Digests of photographs get a key, as every digest of what a person sent."""

from typing import Any

from django.db import migrations

from district.kernel.crypto import keyed_again
from district.kernel.pictures import DIGEST


def key_the_digests(apps: Any, editor: Any) -> None:
    """Every stored digest once through the key, so that the same file is still known again."""
    with editor.connection.cursor() as cursor:
        cursor.execute("select id, digest from bills_billphoto")
        rows = [(keyed_again(DIGEST, bytes(digest)), pk) for pk, digest in cursor.fetchall()]
        if not rows:
            return
        # What a member sent is guarded against change; this changes how it is written down.
        cursor.execute("alter table bills_billphoto disable trigger user")
        cursor.executemany("update bills_billphoto set digest = %s where id = %s", rows)
        cursor.execute("alter table bills_billphoto enable trigger user")


class Migration(migrations.Migration):
    dependencies = [("bills", "0002_walls_and_indexes")]

    operations = [migrations.RunPython(key_the_digests, elidable=True)]
