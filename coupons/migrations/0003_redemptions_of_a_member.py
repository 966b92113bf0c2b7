from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("coupons", "0002_what_is_written_stays")]

    operations = [
        migrations.AddIndex(
            model_name="redemption",
            index=models.Index(fields=["member", "-id"], name="redemption_by_member"),
        ),
    ]
