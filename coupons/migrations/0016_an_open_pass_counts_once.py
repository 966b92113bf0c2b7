from django.db import migrations, models

from district.kernel.triggers import guard


class Migration(migrations.Migration):
    """A redemption says by which open pass its coupon was shown; of one pass one redemption stands."""

    dependencies = [("coupons", "0015_merchants_consent")]

    operations = [
        migrations.AddField(
            model_name="redemption",
            name="pass_made_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="离线码时间"),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.UniqueConstraint(
                condition=models.Q(reversed_at=None, pass_made_at__isnull=False),
                fields=("coupon", "pass_made_at"),
                name="open_pass_redeemed_once",
            ),
        ),
        guard("pass_stays", "coupons_redemption", "update of pass_made_at", "row"),
    ]
