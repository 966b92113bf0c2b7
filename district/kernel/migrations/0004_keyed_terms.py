"""Digests of terms get a key: without one, whoever holds a dump finds a birthday by trying all days."""

from typing import Any

from django.db import migrations

from district.kernel.crypto import keyed_again
from district.kernel.idempotency import TERMS

AT_ONCE = 5_000


def key_the_digests(apps: Any, editor: Any) -> None:
    """Every stored digest once through the key, so that repeated requests still find their answer."""
    last = ("", "")
    with editor.connection.cursor() as cursor:
        while True:
            cursor.execute(
                "select scope, key, terms from kernel_idem where (scope, key) > (%s, %s)"
                f" order by scope, key limit {AT_ONCE}",
                last,
            )
            if not (rows := cursor.fetchall()):
                return
            cursor.executemany(
                "update kernel_idem set terms = %s where scope = %s and key = %s",
                [(keyed_again(TERMS, bytes(terms)), scope, key) for scope, key, terms in rows],
            )
            last = rows[-1][:2]


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_calendar")]

    operations = [migrations.RunPython(key_the_digests, elidable=True)]
