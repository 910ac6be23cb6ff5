"""The colors of all pictures, by role, for light and dark pages."""

from __future__ import annotations

PALETTE: dict[str, tuple[str, str]] = {
    "paper": ("#FFFFFF", "#1E1F26"),
    "ink": ("#1A1C20", "#F1F1F3"),
    "muted": ("#5A5F68", "#A9AFB8"),
    "line": ("#C9CDD4", "#4A4F5A"),
    "leaf": ("#EFF2F9", "#2A2E38"),
    "forward": ("#0060A8", "#6CC0FF"),
    "backward": ("#C44E00", "#FFB066"),
    "note": ("#FFF8E1", "#463A0C"),
    "halo": ("#FFE9A8", "#5E4E10"),
    "backward on note": ("#A84200", "#FFC58F"),
    "wrong": ("#B00020", "#FF9AA2"),
    "third": ("#2E7D32", "#8FD694"),
    "shade": ("#EDEEF1", "#30323B"),
}
"""Role → the color on a light page and on a dark one."""

TEXT_ON: tuple[tuple[str, str], ...] = (
    *((text, "paper") for text in ("ink", "muted", "forward", "backward", "wrong", "third")),
    *((text, "leaf") for text in ("ink",)),
    *((text, "halo") for text in ("ink",)),
    *((text, "shade") for text in ("ink", "muted")),
    *((text, "note") for text in ("ink", "backward on note")),
)
"""Every pair of a text's role and the role of what lies behind it."""


def rgb(color: str) -> tuple[float, float, float]:
    """A color as three numbers from 0 to 1.

    Example:
        >>> rgb("#FF0080")
        (1.0, 0.0, 0.5019607843137255)
    """
    return tuple(int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))  # type: ignore[return-value]


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colors, from 1 to 21.

    Example:
        >>> contrast("#000000", "#FFFFFF")
        21.0
    """
    low, high = sorted(luminance(c) for c in (first, second))
    return round((high + 0.05) / (low + 0.05), 6)


def luminance(color: str) -> float:
    """The relative luminance of a color, from 0 to 1."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(color)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
