"""Form fields for what people read off paper and type: numbers and sums of money, in one spelling."""

from decimal import Decimal
from typing import Any

from django import forms

from district.kernel.text import spelling
from district.kernel.text.money import MAX_FEN


class NumberInput(forms.RegexField):
    """A number on paper; blanks around it and width make no difference."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(spelling.number_of(value) if value else value))


class AmountInput(forms.DecimalField):
    """A sum in yuan, also as ３００．５０, ¥300.50 or 1,300.50; the value is yuan."""

    def __init__(self, **options: Any) -> None:
        # A browser's number field would drop what it does not know before we see it.
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        bounds: dict[str, Any] = {
            "max_value": Decimal(MAX_FEN) / 100,
            "decimal_places": 2,
            "widget": widget,
        }
        super().__init__(**(bounds | options))

    def to_python(self, value: Any) -> Any:
        return super().to_python(spelling.amount_of(value) if isinstance(value, str) else value)
