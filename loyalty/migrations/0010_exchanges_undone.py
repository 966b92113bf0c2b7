from importlib import import_module

from django.db import migrations

_earlier = import_module("loyalty.migrations.0004_what_fits_and_what_stays")
_before = import_module("loyalty.migrations.0009_spent_without_a_store")

# Points exchanged in no store come back in none.
_REVERSE = "    reverse_spend accepted>available                                  ! ! ! -"
KINDS = _before.KINDS.replace(_REVERSE, _REVERSE.replace("! ! ! -", "! ? ! -"))


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0009_spent_without_a_store")]

    operations = [migrations.RunSQL(_earlier.fits(KINDS), _earlier.fits(_before.KINDS))]
