"""The purposes of the district; every one that rests on consent is off until somebody says yes."""

from django.db import migrations

INSERT = """
    insert into consent_purpose (key, name, kind, legal_basis, is_sensitive, needs_separate,
        is_per_merchant, has_channels, is_open_to_minors, valid_days)
    values
        ('service_notice', '服务通知', 'service', 'contract', false, false, false, true, true, null),
        ('marketing_push', '营销推送', 'marketing', 'consent', false, false, false, true, false, null),
        ('personalisation', '个性化推荐', 'profiling', 'consent', false, false, false, false, false, null),
        ('location_scene', '到访场景（位置）', 'location', 'consent', true, true, false, false, false, 365),
        ('share_with_merchant', '与商户共享', 'sharing', 'consent', false, true, true, false, false, null),
        ('research_analytics', '研究分析', 'research', 'consent', false, false, false, false, false, null)
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_guards")]

    operations = [migrations.RunSQL(INSERT, "delete from consent_purpose")]
