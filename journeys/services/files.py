"""Files on their way in: what somebody brought and is still looking at."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from cxmap.workspaces.models import User, Workspace
from journeys.models import Draft, Journey

DRAFT_LIFE = timedelta(days=2)


def draft_keep(
    *, workspace: Workspace, actor: User, name: str, payload: dict[str, Any], journey: Journey | None = None
) -> Draft:
    """Keep a file until its owner decides on it, two days at most."""
    return Draft.objects.create(
        workspace=workspace,
        journey=journey,
        name=name[:200],
        payload=payload,
        created_by=actor,
        expires_at=timezone.now() + DRAFT_LIFE,
    )


@transaction.atomic
def draft_drop(*, draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).delete()


def drafts_sweep() -> int:
    """Delete what nobody decided on."""
    return Draft.objects.filter(expires_at__lt=timezone.now()).delete()[0]
