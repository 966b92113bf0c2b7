from importlib import import_module

from django.db import migrations

_earlier = import_module("loyalty.migrations.0004_what_fits_and_what_stays")

# Points that a member exchanges on the phone are spent at a merchant, but in no store of it.
_SPEND = "    spend         available>accepted                                  ! ! - !"
KINDS = _earlier.KINDS.replace(_SPEND, _SPEND.replace("! ! - !", "! ? - !"))


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0008_spending_tells_what_it_wrote")]

    operations = [migrations.RunSQL(_earlier.fits(KINDS), _earlier.fits(_earlier.KINDS))]
