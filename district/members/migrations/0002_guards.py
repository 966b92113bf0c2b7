"""What models cannot say: a foreign key of two columns."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("members", "0001_tables")]

    operations = [
        # A member's user is a shopper, and a user who is a member can never become staff.
        migrations.RunSQL(
            "alter table members_member add constraint member_user_is_a_shopper"
            " foreign key (user_id, user_kind) references members_user (id, kind)",
            "alter table members_member drop constraint member_user_is_a_shopper",
        ),
    ]
