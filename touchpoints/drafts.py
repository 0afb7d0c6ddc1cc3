"""Files of touchpoints on their way in: what somebody brought and is still looking at."""

from datetime import timedelta

from django.utils import timezone

from cxmap.workspaces.models import User, Workspace
from touchpoints.models import LibraryDraft

DRAFT_LIFE = timedelta(days=2)


def draft_keep(*, workspace: Workspace, actor: User, name: str, rows: list[list[str]]) -> LibraryDraft:
    """Keep a file until its owner decides on it, two days at most."""
    return LibraryDraft.objects.create(
        workspace=workspace, created_by=actor, name=name[:200], rows=rows, expires_at=timezone.now() + DRAFT_LIFE
    )


def draft_drop(*, draft: LibraryDraft) -> None:
    LibraryDraft.objects.filter(pk=draft.pk).delete()


def drafts_sweep() -> int:
    """Delete what nobody decided on; return how many files that were."""
    return LibraryDraft.objects.filter(expires_at__lt=timezone.now()).delete()[0]
