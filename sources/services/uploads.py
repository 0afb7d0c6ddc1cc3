"""Files on their way in: stored under the import's own id, never under the name that somebody gave them."""

import hashlib
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction

from cxmap.history.services import history_record
from cxmap.workspaces.models import User, Workspace
from kpis.models import Source
from sources.errors import FileTooLarge, ImportBusy, NotReady
from sources.models import Import, Rejection


def import_upload(
    *, workspace: Workspace, source: Source, actor: User | None, file: "File[Any]", filename: str
) -> Import:
    """Store a file as a new import that waits for its mapping. Raises FileTooLarge."""
    size = file.size or 0
    if size > settings.UPLOAD_BYTES_MAX:
        raise FileTooLarge(size=size, limit=settings.UPLOAD_BYTES_MAX)
    digest = hashlib.sha256()
    for chunk in file.chunks(1 << 20):
        digest.update(chunk)
    file.seek(0)
    import_ = Import(
        workspace=workspace,
        source=source,
        filename=filename[-255:],
        size_bytes=size,
        sha256=digest.hexdigest(),
        created_by=actor,
    )
    import_.file.save("", file, save=False)
    try:
        with transaction.atomic():
            import_.save()
            history_record(
                actor=actor, action="import.uploaded", target=import_, name=import_.filename, source=source.name
            )
    except BaseException:
        import_.file.storage.delete(import_.file.name or "")
        raise
    return import_


def import_delete(*, import_: Import, actor: User | None) -> None:
    """Throw away a file that brought no observation. Raises ImportBusy, NotReady for one that did: it is withdrawn instead."""
    with transaction.atomic():
        import_ = Import.objects.select_for_update().get(pk=import_.pk)
        if import_.status in (Import.Status.QUEUED, Import.Status.RUNNING, Import.Status.WITHDRAWING):
            raise ImportBusy
        if import_.status in (Import.Status.DONE, Import.Status.WITHDRAWN):
            raise NotReady
        history_record(actor=actor, action="import.deleted", target=import_, name=str(import_))
        Rejection.objects.filter(workspace_id=import_.workspace_id, import_id=import_.pk).delete()
        name, storage = import_.file.name, import_.file.storage
        import_.delete()
        if name:
            transaction.on_commit(lambda: storage.delete(name), robust=True)
