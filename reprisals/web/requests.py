"""Requests: what is posted is read in memory, whatever its size, and never spooled to a disk."""

import io
from typing import IO

from flask import Request


class MemoryRequest(Request):
    """A request whose uploads stay in memory. The limits of the application bound them."""

    max_form_parts = 2_000

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002  # the signature is Werkzeug's
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        """A buffer in memory, where Werkzeug would open a temporary file above 500 kB."""
        return io.BytesIO()
