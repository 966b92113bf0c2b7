"""Two people save at the same instant, over real connections: one gets a message, whichever it is."""

import pytest

from tests.admin.action_forms import form_values
from tests.admin.two_merchants import signed_in
from tests.factories.members import make_operator
from tests.factories.merchants import make_store
from tests.race import race

ROUNDS = 5


@pytest.mark.parametrize("act", ["edit", "change"])
def test_of_two_at_once_one_saves_and_the_other_is_told(real_db, act):
    store, people = make_store(), [make_operator(name) for name in ("yunying", "yingyun")]
    clients = [signed_in(person) for person in people]
    row = store.merchant if act == "edit" else store.venue
    address = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/{act}/"
    fields = ("contact_name", "contact_phone") if act == "edit" else ("name", "address")

    for number in range(ROUNDS):
        sent = [
            form_values(client.get(address)) | {field: f"{field} {number}"}
            for client, field in zip(clients, fields, strict=True)
        ]
        answers = race(
            *(
                lambda client=client, page=page: client.post(address, page).status_code
                for client, page in zip(clients, sent, strict=True)
            )
        )

        assert sorted(answers) == sorted([302, 409 if act == "edit" else 200])
        row.refresh_from_db()
        assert sum(getattr(row, field) == f"{field} {number}" for field in fields) == 1
