from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0007_one_request_number")]

    operations = [
        # It is made anew, with another result, from loyalty/sql/.
        migrations.RunSQL(
            """
            drop function if exists loyalty_spend(
                text, text, bytea, bigint, bigint, bigint, text, bigint, text, text, timestamptz);
            """,
            migrations.RunSQL.noop,
        ),
    ]
