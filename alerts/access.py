"""From an id in a request to a webhook, for owners of its workspace."""

from uuid import UUID

from django.http import HttpRequest

from alerts.models import Webhook
from cxmap.workspaces.access import row_for
from cxmap.workspaces.models import Role


def webhook_for_admin(request: HttpRequest, pk: UUID) -> Webhook:
    rows = Webhook.objects.select_related("workspace", "created_by").filter(pk=pk, deleted_at=None)
    return row_for(request, rows, Role.OWNER)
