"""What templates of the back office need."""

from typing import Any

from django import template
from django.db.models import Model

from district.kernel.backoffice.registry import screen_of

register = template.Library()


@register.filter
def display_name(thing: Any) -> str:
    """A row by the name its screen gives it; anything else as it is."""
    screen = screen_of(type(thing)) if isinstance(thing, Model) else None
    return str(screen.name_of(thing) if screen else thing)
