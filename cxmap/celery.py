"""The Celery application: queues ingest, rollup and default; the fixed schedule is in the settings."""

import os

from celery import Celery

from cxmap import local

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxmap.settings")
if local.is_local():
    local.hold()

app = Celery("cxmap")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
