import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from district.kernel.triggers import guard

# Whoever wrote or submitted a version does not decide it, and what is submitted was recorded with the
# name of whoever wrote it. Columns that a later migration adds do not hold up drafts written before.
FOUR_EYES = """
create function coupons_refuse_editors() returns trigger language plpgsql as $$
begin
    if new.decided_by_id in (select coupons_editors_of(new.id)) then
        raise exception 'whoever wrote or submitted a version does not decide it'
            using errcode = 'check_violation', constraint = 'version_decided_by_none_of_its_editors';
    end if;
    return new;
end $$;
create trigger coupons_templateversion_decided_by_another
    before update of decided_by_id on coupons_templateversion
    for each row when (new.decided_by_id is not null)
    execute function coupons_refuse_editors();

create function coupons_refuse_unrecorded() returns trigger language plpgsql as $$
declare
    v_edit coupons_versionedit;
    v_now jsonb := coupons_contents_of(new.id);
begin
    select * into v_edit from coupons_versionedit where version_id = new.id order by id desc limit 1;
    if v_edit.act is distinct from 'submit' or exists (
        select from jsonb_each(v_edit.contents) recorded
        where v_now ? recorded.key and v_now -> recorded.key <> recorded.value)
    then
        raise exception 'what is submitted was recorded as somebody wrote it'
            using errcode = 'check_violation', constraint = 'version_submitted_as_recorded';
    end if;
    return null;
end $$;
create trigger coupons_templateversion_submitted_as_recorded
    after update of state on coupons_templateversion
    for each row when (old.state = 'draft' and new.state = 'submitted')
    execute function coupons_refuse_unrecorded();
"""
TWO_EYES = """
drop trigger coupons_templateversion_submitted_as_recorded on coupons_templateversion;
drop function coupons_refuse_unrecorded();
drop trigger coupons_templateversion_decided_by_another on coupons_templateversion;
drop function coupons_refuse_editors();
"""
# Who wrote earlier versions stands in the audit lines; what they wrote then is not known any more.
RECORD_EARLIER = """
insert into coupons_versionedit (version_id, act, by_id, at, contents)
select version.id,
    case when line.verb = 'submit_version' then 'submit'
         when row_number() over (partition by version.id order by line.id) = 1 then 'draft'
         else 'edit' end,
    author.id, line.at, '{}'
from kernel_auditline line
join coupons_templateversion version on line.subject = 'coupons.templateversion:' || version.id
join members_user author on line.actor = 'user:' || author.id
where line.verb in ('save_draft', 'submit_version')
order by line.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("coupons", "0011_whole_bill_refunds"),
        ("kernel", "0002_audit_is_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="VersionEdit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "act",
                    models.TextField(
                        choices=[("draft", "起草"), ("edit", "修改"), ("submit", "提交")],
                        verbose_name="操作",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("contents", models.JSONField(default=dict, verbose_name="内容")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="操作人",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="edits",
                        to="coupons.templateversion",
                        verbose_name="券模板版本",
                    ),
                ),
            ],
            options={"verbose_name": "券模板修改记录", "verbose_name_plural": "券模板修改记录"},
        ),
        migrations.RunSQL(RECORD_EARLIER, migrations.RunSQL.noop),
        guard("append_only", "coupons_versionedit", "update or delete", "row"),
        guard("no_truncate", "coupons_versionedit", "truncate", "statement"),
        migrations.RunSQL(FOUR_EYES, TWO_EYES),
    ]
