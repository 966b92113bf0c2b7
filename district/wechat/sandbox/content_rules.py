"""What the stand-in makes of texts and pictures."""

from dataclasses import dataclass, field

SUGGESTIONS = ("pass", "review", "risky")
NORMAL = 100


@dataclass
class ContentRules:
    """What the stand-in makes of contents. `picture_*` hold for pictures from now on.

    `pushes` is how often the verdict on a picture is pushed: 0 never, 2 twice.
    """

    words: dict[str, tuple[str, int]] = field(
        default_factory=lambda: {
            "赌博": ("risky", 20_006),
            "代开发票": ("risky", 20_008),
            "加微信": ("review", 10_001),
        }
    )
    picture_suggestion: str = "pass"
    picture_label: int = NORMAL
    picture_seconds: float = 1.0
    pushes: int = 1
