"""Files on their way in: what somebody brought and is still looking at."""

from datetime import timedelta
from typing import Any, TypeVar

from django.utils import timezone

from cxmap.workspaces.models import BroughtFile, User, Workspace

LIFE = timedelta(days=2)
File = TypeVar("File", bound=BroughtFile)


def brought_keep(model: type[File], *, workspace: Workspace, actor: User, name: str, **content: Any) -> File:
    """Keep what a file holds until somebody decides on it, two days at most."""
    return model._default_manager.create(
        workspace=workspace, created_by=actor, name=name[:200], expires_at=timezone.now() + LIFE, **content
    )


def brought_drop(file: BroughtFile) -> None:
    type(file)._default_manager.filter(pk=file.pk).delete()


def brought_sweep() -> int:
    """Delete what nobody decided on, of every app; return how many files that were."""
    now = timezone.now()
    return sum(model._default_manager.filter(expires_at__lt=now).delete()[0] for model in BroughtFile.__subclasses__())
