from django.db import migrations, models


class Migration(migrations.Migration):
    """What separates the cells of a CSV: spreadsheets write commas, semicolons or tabs."""

    dependencies = [("batches", "0002_what_never_changes")]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="separator",
            field=models.CharField(
                default=",", editable=False, max_length=1, verbose_name="分隔符"
            ),
        ),
    ]
