"""Where a person lands after signing in: the page of the day's work, else the dashboard."""

from collections.abc import Callable

from django.http import HttpRequest

Choice = Callable[[HttpRequest], str | None]
_choices: list[Choice] = []


def landing_page(choice: Choice) -> Choice:
    """Decorator: the function names the address where this person begins, or None."""
    _choices.append(choice)
    return choice


def landing_page_of(request: HttpRequest) -> str | None:
    return next((address for choice in _choices if (address := choice(request))), None)
