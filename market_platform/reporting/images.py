"""Figures as bytes and as text that a browser shows without asking anybody."""

import base64
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # half a second that whoever only loads the definitions need not wait
    from matplotlib.figure import Figure


def png(figure: "Figure", *, dots_per_inch: int = 80) -> bytes:
    """Return a figure as PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dots_per_inch)
    return buffer.getvalue()


def markdown_image(title: str, content: bytes) -> str:
    """Return a PNG as a Markdown image that carries its own bytes."""
    return f"![{title}](data:image/png;base64,{base64.b64encode(content).decode()})"
