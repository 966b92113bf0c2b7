from django.db import migrations, models

from district.kernel.money import MAX_FEN

# What lines of before took of the allowance was counted by what the till took off. They are append-only
# for everybody but this migration, in its transaction.
CHARGE = """
alter table offline_logentry disable trigger offline_logentry_append_only;
update offline_logentry set allowance_fen = discount_fen where on_allowance;
alter table offline_logentry enable trigger offline_logentry_append_only;
"""


class Migration(migrations.Migration):
    """A line says which pass it took and what it takes of its terminal's allowance."""

    dependencies = [("offline", "0002_what_is_written_stays")]

    operations = [
        migrations.AddField(
            model_name="logentry",
            name="allowance_fen",
            field=models.BigIntegerField(default=0, verbose_name="占用额度（分）"),
        ),
        migrations.AddField(
            model_name="logentry",
            name="pass_made_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="离线码时间"),
        ),
        migrations.RunSQL(CHARGE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="logentry",
            constraint=models.CheckConstraint(
                condition=models.Q(allowance_fen=0)
                | models.Q(on_allowance=True, allowance_fen__gte=0, allowance_fen__lte=MAX_FEN),
                name="log_entry_charged_on_allowance_only",
            ),
        ),
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(
                fields=["terminal", "scanned_at"],
                name="log_entry_on_allowance",
                condition=models.Q(on_allowance=True),
            ),
        ),
    ]
