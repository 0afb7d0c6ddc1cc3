"""Where observations come from."""

from typing import Any

from django.db import IntegrityError, transaction

from cxmap.history.services import recording
from cxmap.lib.text import code_from
from cxmap.workspaces.models import User, Workspace
from kpis.models import Source

API_KEY = "api"


def source_get_or_create(
    *,
    workspace: Workspace,
    key: str,
    kind: str,
    name: str = "",
    actor: User | None = None,
    rhythm_days: int = 7,
    restatement_days: int = 0,
) -> tuple[Source, bool]:
    """Return the source with this key, made when there is none, and whether it was made now. A deleted one comes back."""
    found = Source.objects.filter(workspace=workspace, key=key).first()
    if found is None:
        source = Source(
            workspace=workspace,
            key=key,
            kind=kind,
            name=name or key,
            rhythm_days=rhythm_days,
            restatement_days=restatement_days,
        )
        try:
            with recording(actor=actor, action="source.added", target=source, name=source.name) as record:
                source.save()
                record.created(source)
                record.summary["id"] = source.pk
        except IntegrityError:
            # Somebody made it in between.
            return Source.objects.get(workspace=workspace, key=key), False
        return source, True
    if found.deleted_at is not None:
        source_update(source=found, actor=actor, deleted_at=None)
    return found, False


def source_key(workspace: Workspace, name: str) -> str:
    """Return a free key for a new source of this name."""
    taken = set(Source.objects.filter(workspace=workspace).values_list("key", flat=True))
    return code_from(name, taken=taken, fallback="source")


@transaction.atomic
def source_update(*, source: Source, actor: User | None, **fields: Any) -> Source:
    """Change a source: name, rhythm_days, restatement_days, deleted_at."""
    with recording(actor=actor, action="source.updated", target=source, name=source.name) as record:
        source = Source.objects.select_for_update().get(pk=source.pk)
        record.watch(source)
        for name, value in fields.items():
            setattr(source, name, value)
        source.save(update_fields=list(fields))
    return source


def api_source(workspace: Workspace) -> Source:
    """Return the source of everything that comes through the API."""
    return source_get_or_create(workspace=workspace, key=API_KEY, kind=Source.Kind.API, name="API", rhythm_days=1)[0]
