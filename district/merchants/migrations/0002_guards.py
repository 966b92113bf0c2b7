"""What models cannot say: foreign keys of two columns, by which what belongs together stays together."""

from django.db import migrations

FOREIGN_KEYS = {
    "merchants_clerk": {
        "clerk_user_is_staff": "(user_id, user_kind) references members_user (id, kind)",
    },
    "merchants_clerkstore": {
        "clerk_limit_stays_with_its_merchant": (
            "(clerk_id, merchant_id) references merchants_clerk (id, merchant_id)"
        ),
        "clerk_limited_to_own_stores_only": (
            "(store_id, merchant_id) references merchants_store (id, merchant_id)"
        ),
    },
    "merchants_tillkeystore": {
        "till_key_scope_stays_with_its_merchant": (
            "(till_key_id, merchant_id) references merchants_tillkey (id, merchant_id)"
        ),
        "till_key_opens_own_stores_only": (
            "(store_id, merchant_id) references merchants_store (id, merchant_id)"
        ),
    },
}


class Migration(migrations.Migration):
    dependencies = [("merchants", "0001_tables"), ("members", "0001_tables")]

    operations = [
        migrations.RunSQL(
            f"alter table {table} add constraint {name} foreign key {columns}",
            f"alter table {table} drop constraint {name}",
        )
        for table, keys in FOREIGN_KEYS.items()
        for name, columns in keys.items()
    ]
