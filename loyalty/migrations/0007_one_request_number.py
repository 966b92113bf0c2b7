from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0006_guards_of_people_and_rules")]

    operations = [
        migrations.RemoveConstraint("transfer", "transfer_once_per_request_number"),
        migrations.AddConstraint(
            "transfer",
            models.UniqueConstraint(
                fields=["merchant", "reference"],
                condition=models.Q(("kind__in", ["spend", "hold"])),
                name="transfer_once_per_request_number",
            ),
        ),
    ]
