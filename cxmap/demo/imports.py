"""A tidy file brought as a person would bring it: uploaded, mapped, queued, imported."""

import time

from django.core.files.base import ContentFile

from cxmap.workspaces.models import User, Workspace
from kpis.models import Source
from kpis.services import source_get_or_create
from sources import services
from sources.models import Import
from sources.services.mappings import import_table, suggestion_for


def tidy_import(*, workspace: Workspace, actor: User, key: str, name: str, content: bytes, filename: str) -> Import:
    """Import a tidy file, every line of which must be good. Raises RuntimeError when it ends in any other way."""
    source, _made = source_get_or_create(
        workspace=workspace, key=key, kind=Source.Kind.FILE, name=name, actor=actor, rhythm_days=1
    )
    import_ = services.import_upload(
        workspace=workspace, source=source, actor=actor, file=ContentFile(content, name=filename), filename=filename
    )
    with import_table(import_) as table:
        mapping = suggestion_for(workspace, table).mapping
    import_ = services.import_set_mapping(import_=import_, actor=actor, document=mapping, check=False)
    services.import_queue(import_=import_, actor=actor, policy=Import.Policy.ALL_OR_NOTHING)
    while True:
        # Done here, unless a worker that is running already was quicker: then its end is waited for.
        services.import_run(import_.pk)
        import_.refresh_from_db()
        if not import_.is_working:
            break
        time.sleep(0.2)
    if import_.status != Import.Status.DONE:
        raise RuntimeError(f"The demonstration's file {filename} ended as {import_.status}: {import_.error_message}")
    return import_
