"""Pages of a list that stay right while rows come and go."""

from datetime import datetime
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class Pages(CursorPagination):
    """The newest first. ``next`` and ``previous`` in the body, and in the header Link (RFC 8288)."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    ordering = ("-created_at", "-pk")

    def decode_cursor(self, request: Any) -> Any:
        """A cursor that none of our links has leads nowhere, whatever it says. Raises NotFound."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None:
            try:
                moment = datetime.fromisoformat(str(cursor.position))
            except ValueError:
                raise NotFound from None
            if moment.tzinfo is None or not 2000 <= moment.year < 3000:
                raise NotFound
        return cursor

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self.get_next_link(), "prev": self.get_previous_link()}
        header = ", ".join(f'<{url}>; rel="{name}"' for name, url in links.items() if url)
        body = {"next": links["next"], "previous": links["prev"], "results": data}
        return Response(body, headers={"Link": header} if header else None)
