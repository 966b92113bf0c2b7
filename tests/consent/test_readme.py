"""The example of the README is played."""

import re

import pytest
from django.conf import settings

from district.consent import queries, services
from district.consent.models import Purpose
from district.consent.values import ConsentAddress
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member, make_operator

pytestmark = pytest.mark.django_db


def test_the_readme_tells_the_truth():
    readme = (settings.ROOT / "district" / "consent" / "README.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    scope = {name: getattr(services, name) for name in services.__all__} | {
        "may": queries.may,
        "ConsentAddress": ConsentAddress,
        "personalisation": Purpose.objects.get(key="personalisation"),
        "member": make_member().pk,
        "first": make_operator("first"),
        "second": make_operator("second"),
        "key": fresh_key,
    }

    exec(example, scope)
