"""Form fields for what people read off paper and type: numbers and sums of money, in one spelling."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from district.kernel.backoffice.lazy_text import Text
from district.kernel.text import spelling
from district.kernel.text.money import MAX_FEN


class NumberInput(forms.RegexField):
    """A number on paper; blanks around it and width make no difference."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(spelling.number_of(value) if value else value))


class ScaledField(forms.DecimalField):
    """A decimal as people write it, whose value, first value and bounds are whole numbers of its last place."""

    places: ClassVar[int]

    def __init__(self, label: Text, *, smallest: int, largest: int, **options: Any) -> None:
        super().__init__(
            label=label,
            min_value=self.decimal(smallest),
            max_value=self.decimal(largest),
            decimal_places=self.places,
            **options,
        )

    def decimal(self, whole: int) -> Decimal:
        return Decimal(whole) / 10**self.places

    def prepare_value(self, value: Any) -> Any:
        """What the page shows; a text that was sent stays as it is."""
        return self.decimal(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        decimal = super().clean(value)
        return None if decimal is None else int(decimal * 10**self.places)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(None if initial is None else self.decimal(initial), data)


class PercentField(ScaledField):
    """A share in percent with two decimals; its value is basis points."""

    places = 2


class YuanField(ScaledField):
    """A sum in yuan, also as ３００．５０, ¥300.50 or 1,300.50; its value, first value and bounds are fen."""

    places = 2

    def __init__(
        self, label: Text, *, min_fen: int = 1, max_fen: int = MAX_FEN, **options: Any
    ) -> None:
        # A browser's number field would drop what it does not know before we see it.
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(label, smallest=min_fen, largest=max_fen, widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return f"{self.decimal(value):.2f}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        return super().to_python(spelling.amount_of(value) if isinstance(value, str) else value)
