"""Name and contact of a person who is no member: sealed by the newest master key, for the time of the cases alone.

A member's data have a key of the member's own. There is no member here, and the contact goes some months after the
last case; a row of an older master key is sealed again by the daily work (`services.walk_ins.forget_contacts`).
"""

import json
from dataclasses import dataclass

from django.conf import settings

from credit.complaints.models import WalkIn
from district.kernel.security import crypto
from district.members import phones


@dataclass(frozen=True, slots=True)
class WalkInPerson:
    """What somebody says of themselves at the counter. `contact` is a mobile number, or of another kind a text such as
    an address of mail."""

    contact: str
    name: str = ""
    kind: str = WalkIn.Kind.PHONE

    def normalised(self) -> "WalkInPerson":
        """In the one spelling by which it is found again. Raises PhoneNotSupported."""
        contact = (
            phones.normalised(self.contact)
            if self.kind == WalkIn.Kind.PHONE
            else " ".join(self.contact.split()).casefold()
        )
        return WalkInPerson(contact, self.name.strip(), self.kind)

    @property
    def contact_hash(self) -> bytes:
        """Of a phone the hash that a member with it has."""
        if self.kind == WalkIn.Kind.PHONE:
            return phones.phone_hash(self.contact)
        return crypto.lookup_hash("walk_in_contact", self.contact)

    @property
    def masked(self) -> str:
        if self.kind == WalkIn.Kind.PHONE:
            return phones.masked(self.contact)
        return f"{self.contact[:2]}****"


def seal_person(row: WalkIn, person: WalkInPerson) -> None:
    """Keep name and contact with the row, or under a newer master key; the caller saves."""
    text = json.dumps({"name": person.name, "contact": person.contact}, ensure_ascii=False)
    row.master_version, row.sealed = crypto.wrap(text.encode(), place=_place(row))


def read_person(row: WalkIn) -> WalkInPerson | None:
    """Name and contact; None when they were forgotten or the master key is gone."""
    if row.sealed is None or row.master_version is None:
        return None
    try:
        text = crypto.unwrap(row.master_version, bytes(row.sealed), place=_place(row))
    except crypto.Unsealable:
        return None
    return WalkInPerson(**json.loads(text), kind=row.kind)


def newest_master_version() -> int:
    return int(next(iter(settings.MASTER_KEYS)))


def _place(row: WalkIn) -> str:
    return f"walk_in:{row.public_id}:person"
