from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0011_exchanges_undone")]

    operations = [
        migrations.AddField(
            model_name="alliancerules",
            name="point_value_milli_fen",
            field=models.BigIntegerField(
                db_default=1000, default=1000, verbose_name="积分抵扣价值（毫分）"
            ),
        ),
        migrations.AddConstraint(
            model_name="alliancerules",
            constraint=models.CheckConstraint(
                condition=Q(point_value_milli_fen__gte=1, point_value_milli_fen__lte=100_000),
                name="rules_point_value_in_bounds",
            ),
        ),
    ]
