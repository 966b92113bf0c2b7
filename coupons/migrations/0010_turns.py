from django.db import migrations, models

from district.kernel.triggers import guard


class Migration(migrations.Migration):
    dependencies = [("coupons", "0009_the_life_of_a_coupon")]

    operations = [
        migrations.AddField(
            model_name="redemption",
            name="turn",
            field=models.BigIntegerField(editable=False, null=True, verbose_name="分摊轮次"),
        ),
        guard("turn_stays", "coupons_redemption", "update of turn", "row"),
    ]
