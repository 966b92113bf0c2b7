from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("coupons", "0005_a_lease_stands")]

    operations = [
        # They are made anew, with another result or other arguments, from coupons/sql/.
        migrations.RunSQL(
            """
            drop function if exists coupons_redeem(
                text, text, bytea, bigint, bigint, text, text, bigint, bigint, jsonb, boolean, text,
                timestamptz);
            drop function if exists coupons_lock_bill(bigint, text, bigint, timestamptz);
            drop function if exists coupons_book(text, text, bigint, jsonb, timestamptz);
            """,
            migrations.RunSQL.noop,
        ),
    ]
