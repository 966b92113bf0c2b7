from importlib import import_module

from django.db import migrations

_before = import_module("loyalty.migrations.0010_after_the_first_use")

# Points exchanged in no store come back in none.
_REVERSE = "    reverse_spend accepted>available                                  ! ! ! -"
KINDS = _before.KINDS.replace(_REVERSE, _REVERSE.replace("! ! ! -", "! ? ! -"))


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0010_after_the_first_use")]

    operations = [migrations.RunSQL(_before.fits(KINDS), _before.fits(_before.KINDS))]
