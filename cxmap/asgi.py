"""The web process: Django's WSGI pages in a thread pool and the stream of events, served by uvicorn (architecture: Runtime)."""

import os

from cxmap import local

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxmap.settings")
if local.is_local():
    local.hold()

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

from cxmap.lib.memory import settle
from cxmap.live.app import beside

# Eight threads, so at most eight persistent database connections per web process.
pages = WSGIMiddleware(get_wsgi_application(), workers=8)  # type: ignore[arg-type]
application = beside(pages)  # type: ignore[arg-type]
settle()
