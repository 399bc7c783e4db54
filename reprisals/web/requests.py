"""Requests: what is posted is read in memory, whatever its size, and never spooled to a disk."""

import io
from typing import IO
from urllib.parse import parse_qsl

from flask import Request

MOST_FIELDS = 5_000
"""More than any form of ours can send. What has more is refused as too large, so that nothing of it is left out unseen."""

MOST_DRAINED, CHUNK = 64 * 1024 * 1024, 64 * 1024
URLENCODED = "application/x-www-form-urlencoded"


class MemoryRequest(Request):
    """A request whose uploads stay in memory. The limits of the application bound them."""

    max_form_parts = MOST_FIELDS

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002  # the signature is Werkzeug's
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        """A buffer in memory, where Werkzeug would open a temporary file above 500 kB."""
        return io.BytesIO()


def read_beginning(request: Request, most: int) -> tuple[tuple[str, str], ...]:
    """The first fields of a request that is too large: of its first `most` bytes, no more than MOST_FIELDS.

    The rest is taken in, and let go of: a browser that is cut off while it still sends shows no answer at all. Bounded, so
    that nobody can send for ever. Nothing where the fields were read before, or are no plain form.
    """
    begun, left = bytearray(), MOST_DRAINED
    while left > 0 and (part := _next_of(request, min(left, CHUNK))):
        left -= len(part)
        begun += part[: max(0, most - len(begun))]
    if request.mimetype != URLENCODED:
        return ()
    first = "&".join(begun.decode("ascii", "replace").split("&", MOST_FIELDS)[:MOST_FIELDS])
    return tuple(parse_qsl(first, keep_blank_values=True, errors="replace"))


def _next_of(request: Request, most: int) -> bytes:
    """The next bytes that were posted; none at the end, or where the line broke off or was too slow."""
    try:
        part: bytes = request.environ["wsgi.input"].read(most)
    except OSError:
        return b""
    return part
