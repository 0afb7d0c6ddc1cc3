"""Pages of the API's lists; apart from cxmap.api because the framework loads it while that is being imported."""

from rest_framework import pagination


class Pagination(pagination.CursorPagination):
    """Pages that never shuffle: by creation, then key. `page_size` up to 500."""

    page_size = 100
    max_page_size = 500
    page_size_query_param = "page_size"
    ordering = "id"
