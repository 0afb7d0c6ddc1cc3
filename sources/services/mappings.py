"""Mappings: proposed, corrected by a person, kept for the next file of the same shape."""

from typing import Any, BinaryIO, cast

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cxmap.history.services import history_record
from cxmap.workspaces.models import User, Workspace
from kpis.models import Kpi
from kpis.services.observations import today_of
from sources.errors import ImportBusy, NotReady
from sources.models import Import, Mapping
from sources.reading import (
    Catalogue,
    Context,
    FileOptions,
    FileProblem,
    KpiSpec,
    Limits,
    Reading,
    Suggestion,
    Table,
    open_table,
    read_mapping,
    suggest,
    write_mapping,
)
from sources.services.nudges import work_soon
from touchpoints.merging import aliases
from touchpoints.models import Touchpoint


def spec_of(kpi: Kpi) -> KpiSpec:
    """Return what the reading must know of a KPI."""
    return KpiSpec(kpi.code, kpi.kind, kpi.scale_min, kpi.scale_max, kpi.top_from)  # type: ignore[arg-type]


def context_of(workspace: Workspace) -> Context:
    """Return what files of a workspace are read with: its library, its KPIs, its day."""
    touchpoints = Touchpoint.objects.filter(workspace=workspace, deleted_at=None).values_list("code", "name")
    former = aliases(workspace.pk)
    kpis = Kpi.objects.filter(workspace=workspace)
    catalogue = Catalogue(
        touchpoints={
            **{code: [name] if name else [] for code, (name, _into) in former.items()},
            **{code: [name] for code, name in touchpoints},
        },
        kpis={spec_of(kpi): [kpi.name_fr, kpi.name_en] for kpi in kpis},
    )
    return Context(catalogue, today_of(workspace), workspace.zone, sealed_before=workspace.sealed_before)


def file_options(document: dict[str, Any] | None) -> FileOptions:
    """Return how a mapping, complete or not, says that its file is read. Raises FileProblem."""
    try:
        return msgspec.convert((document or {}).get("file") or {}, FileOptions)
    except msgspec.ValidationError as error:
        raise FileProblem("bad_mapping", detail=error) from None


def import_table(import_: Import, options: FileOptions | None = None) -> Table:
    """Open the stored file; the caller closes the table. Raises FileProblem, OSError when the file is gone."""
    stream = import_.file.storage.open(import_.file.name or "", "rb")
    try:
        table = open_table(
            cast(BinaryIO, stream.file),
            name=import_.filename,
            options=options or FileOptions(),
            limits=Limits(size=settings.UPLOAD_BYTES_MAX),
        )
    except BaseException:
        stream.close()
        raise
    table._owned = True  # it closes the stream, which was opened for it
    return table


def mapping_for(import_: Import, table: Table) -> Mapping | None:
    """Return the mapping that this source's last file of the same shape was read with."""
    found = Mapping.objects.filter(source_id=import_.source_id, header_digest=table.digest)
    return found.order_by("-updated_at", "-id").first()


def suggestion_for(workspace: Workspace, table: Table) -> Suggestion:
    """Propose a mapping, with the codes of this workspace's KPIs; KPIs that it does not have are left out."""
    found = suggest(table)
    codes = set(Kpi.objects.filter(workspace=workspace).values_list("code", flat=True))
    mapping = dict(found.mapping)
    for part in ("measures", "questions"):
        if part in mapping:
            entries = [entry | {"kpi": entry["kpi"].replace("_", "-")} for entry in mapping[part]]
            mapping[part] = [entry for entry in entries if entry["kpi"] in codes]
    return Suggestion(found.layout, found.preset, mapping, found.columns, found.missing, found.file)


def mapping_without_asking(import_: Import) -> dict[str, Any]:
    """Return how the source's last file of this shape was read, or the tidy mapping. Raises FileProblem for any other file."""
    with import_table(import_) as table:
        saved = mapping_for(import_, table)
        if saved is not None:
            return dict(saved.document)
        found = suggestion_for(import_.workspace, table)
        header = ", ".join(table.header)
    if found.layout == "tidy" and not found.missing:
        return found.mapping
    raise FileProblem(
        "bad_mapping",
        detail=f"this is no tidy file and its columns are not known yet ({header}); "
        "give a mapping, which the mapping screen saves",
    )


@transaction.atomic
def import_set_draft(*, import_: Import, document: dict[str, Any]) -> Import:
    """Keep a mapping that is not complete yet, so that the page can go on from it. Raises ImportBusy."""
    import_ = _mappable(import_)
    import_.mapping = document
    import_.status = Import.Status.UPLOADED
    # A preview that is being made of the former mapping loses its lease: it must not make this one look previewed.
    import_.preview, import_.saved_mapping = None, None
    import_.leased_until, import_.lease_token = None, None
    import_.save(update_fields=["mapping", "status", "preview", "saved_mapping", "leased_until", "lease_token"])
    return import_


@transaction.atomic
def import_set_mapping(
    *, import_: Import, actor: User | None, document: dict[str, Any] | bytes | str, check: bool = True, name: str = ""
) -> Import:
    """Say how the file is read, keep that for the source's next file of the same shape, and have the preview made.

    Raises FileProblem when the mapping is not valid, names what the workspace does not have, or does not fit the file.
    """
    mapping = read_mapping(document)
    import_ = _mappable(import_)
    with import_table(import_, mapping.file) as table:
        Reading(table, mapping, context_of(import_.workspace))  # raises what does not fit
        digest = table.digest
    written = msgspec.json.decode(write_mapping(mapping))
    saved, made = Mapping.objects.select_for_update().get_or_create(
        workspace_id=import_.workspace_id,
        source_id=import_.source_id,
        header_digest=digest,
        defaults={"name": (name or mapping.name or import_.source.name)[:200], "document": written},
    )
    if not made and saved.document != written:
        saved.document = written
        saved.revision += 1
        saved.save(update_fields=["document", "revision", "updated_at"])
    if made or saved.revision > 1:
        history_record(actor=actor, action="mapping.saved", target=saved, name=saved.name, revision=saved.revision)
    import_.mapping = written
    import_.saved_mapping = saved
    fields = ["mapping", "saved_mapping"]
    if check:
        import_.status = Import.Status.CHECKING
        import_.rows_read, import_.rows_total, import_.rejected_count = 0, None, 0
        import_.attempts, import_.queued_at, import_.leased_until, import_.lease_token = 0, timezone.now(), None, None
        import_.error_code, import_.error_message, import_.error_params, import_.finished_at = "", "", {}, None
        fields += ["status", "rows_read", "rows_total", "rejected_count", "attempts", "queued_at", "leased_until"]
        fields += ["lease_token", "error_code", "error_message", "error_params", "finished_at"]
        work_soon(import_)
    import_.save(update_fields=fields)
    return import_


def _mappable(import_: Import) -> Import:
    import_ = Import.objects.select_for_update(of=("self",)).select_related("source", "workspace").get(pk=import_.pk)
    if import_.is_working and import_.status != Import.Status.CHECKING:
        raise ImportBusy
    if import_.is_manual or import_.status in (Import.Status.DONE, Import.Status.WITHDRAWN):
        raise NotReady
    return import_
