"""Terms are proposed by one person and approved by another: what was published by one alone waits for the second."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from district.kernel.database.triggers import refuse_changes

POLICY = "complaints_complaintpolicy"
REFUSE = "execute function kernel_refuse_change()"
ONE_PERSON = f"""
create trigger {POLICY}_written_once before update on {POLICY} for each row {REFUSE};
create trigger {POLICY}_kept before delete on {POLICY} for each row
    when (old.effective_from <= (now() at time zone 'Asia/Shanghai')::date) {REFUSE}
"""
NOT_ONE_PERSON = f"drop trigger {POLICY}_written_once on {POLICY}; drop trigger {POLICY}_kept on {POLICY}"
AHEAD = f"""
alter table {POLICY}
    add constraint complaint_policy_announced_ahead
        check (state <> 'approved' or effective_from > (decided_at at time zone 'Asia/Shanghai')::date),
    add constraint complaint_policy_withdrawn_before_its_day
        check (effective_from > (withdrawn_at at time zone 'Asia/Shanghai')::date)
"""
NOT_AHEAD = f"""
alter table {POLICY} drop constraint complaint_policy_announced_ahead,
    drop constraint complaint_policy_withdrawn_before_its_day
"""
WRITTEN_ONCE = (
    "update of id, version, effective_from, document, reason, proposed_by_id, proposed_at"
)
DECIDED_ONCE = "update of state, decision, decided_by_id, decided_at"
WITHDRAWN_ONCE = "update of withdrawn_at, withdrawn_by_id, withdrawn_for"


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0004_walk_in_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(NOT_ONE_PERSON, ONE_PERSON),
        migrations.RemoveConstraint("complaintpolicy", "complaint_policy_version_once"),
        migrations.RemoveConstraint("complaintpolicy", "complaint_policy_one_a_day"),
        migrations.RenameField("complaintpolicy", "published_by", "proposed_by"),
        migrations.RenameField("complaintpolicy", "published_at", "proposed_at"),
        migrations.AddField(
            model_name='complaintpolicy',
            name='decided_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='复核时间'),
        ),
        migrations.AddField(
            model_name='complaintpolicy',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人'),
        ),
        migrations.AddField(
            model_name='complaintpolicy',
            name='decision',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='复核意见'),
        ),
        migrations.AddField(
            model_name='complaintpolicy',
            name='state',
            field=models.TextField(choices=[('proposed', '待复核'), ('approved', '已通过'), ('rejected', '已拒绝')], db_default='proposed', default='proposed', verbose_name='状态'),
        ),
        migrations.AddField(
            model_name='complaintpolicy',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='撤回时间'),
        ),
        migrations.AddField(
            model_name='complaintpolicy',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='撤回人'),
        ),
        migrations.AddField(
            model_name='complaintpolicy',
            name='withdrawn_for',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='撤回原因'),
        ),
        migrations.AlterField(
            model_name='complaintpolicy',
            name='proposed_at',
            field=models.DateTimeField(verbose_name='提出时间'),
        ),
        migrations.AlterField(
            model_name='complaintpolicy',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人'),
        ),
        migrations.AddConstraint(
            model_name='complaintpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='complaint_policy_by_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='complaintpolicy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 'proposed')), models.Q(('state', 'approved'), ('decided_at__isnull', False), ('decided_by__isnull', False)), models.Q(('state', 'rejected'), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='complaint_policy_decided_once'),
        ),
        migrations.AddConstraint(
            model_name='complaintpolicy',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['proposed', 'approved'])), fields=('version',), name='complaint_policy_version_once'),
        ),
        migrations.AddConstraint(
            model_name='complaintpolicy',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'approved'), ('withdrawn_at', None)), fields=('effective_from',), name='complaint_policy_one_a_day'),
        ),
        migrations.AddConstraint(
            model_name='complaintpolicy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None), ('withdrawn_for', '')), models.Q(('state', 'approved'), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_for', ''), _negated=True)), _connector='OR'), name='complaint_policy_withdrawn_with_a_reason'),
        ),
        migrations.RunSQL(AHEAD, NOT_AHEAD),
        refuse_changes("written_once", POLICY, WRITTEN_ONCE, "row"),
        refuse_changes("decided_once", POLICY, DECIDED_ONCE, "row", "when (old.state <> 'proposed')"),
        refuse_changes(
            "withdrawn_once", POLICY, WITHDRAWN_ONCE, "row", "when (old.withdrawn_at is not null)"
        ),
        refuse_changes("kept", POLICY, "delete", "row"),
    ]
