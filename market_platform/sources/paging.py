"""Answers that come in pages: asking on until the announced whole is there, and keeping it as one payload.

A publisher says how to go on by a pure function (``NextPage``): from the first request and the pages so far to the next
request, or None where the answer is whole. It raises Incomplete where the pages do not add up to what was announced.
"""

import io
import zipfile
from collections.abc import Callable, Sequence

from market_platform.errors import SourceError
from market_platform.sources.payload import Payload, Request

NextPage = Callable[[Request, Sequence[Payload]], Request | None]
# Zip members need some date; a fixed one makes the same pages the same bytes.
NO_DATE = (1980, 1, 1, 0, 0, 0)


class Incomplete(SourceError):
    """The pages of an answer do not add up to what the publisher announced."""


def bundle(request: Request, pages: Sequence[Payload]) -> Payload:
    """Return the pages, byte for byte, as one zip; a single page stays as it is."""
    if len(pages) == 1:
        return pages[0]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, page in enumerate(pages, start=1):
            info = zipfile.ZipInfo(f"page{number:04d}_{page.base_name}", NO_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, page.content)
    return Payload(f"{request.file_name}.zip", buffer.getvalue(), pages[-1].published_at)
