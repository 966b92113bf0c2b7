"""The example of the README is played."""

import json
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from parking import services
from parking.api.readings import reading_in
from parking.api.row_reports import read_row
from parking.queries.availability import pool_now, pools_with_live
from tests.factories.parking import fresh_key

pytestmark = pytest.mark.django_db


def test_the_readme_tells_the_truth(merchant):
    readme = (settings.ROOT / "parking" / "README.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    scope = {name: getattr(services, name) for name in services.__all__} | {
        "operator": merchant,
        "key": fresh_key,
        "at": timezone.now() - timedelta(hours=1),
        "minutes": lambda count: timedelta(minutes=count),
    }

    def row(pool, occupied, at):
        return {"pool": pool.public_id, "occupied": occupied, "measured_at": at.isoformat()}

    def outcomes(*rows):
        read = [read_row(json.loads(json.dumps(sent)), reading_in) for sent in rows]
        results = services.record_readings(feed=scope["feed"], rows=read)
        return [result.outcome.value for result in results]

    def now_of(pool, at):
        now = pool_now(pools_with_live(at).get(pk=pool.pk), at)
        return now.freshness, now.count.level, now.count.free_places, now.age_minutes

    scope |= {"row": row, "outcomes": outcomes, "now_of": now_of}
    exec(example, scope)
