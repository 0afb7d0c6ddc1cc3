"""A tidy file brought as a person would bring it."""

import io

from django.utils import timezone

from cxmap.workspaces.models import User, Workspace
from kpis.models import Kpi, Source
from kpis.services import source_get_or_create
from kpis.services.observations import observation_stage
from sources.reading import Catalogue, Context, KpiSpec, Reading, copy_text, open_table, read_mapping, suggest
from touchpoints.models import Touchpoint


def tidy_import(*, workspace: Workspace, actor: User, key: str, name: str, content: bytes, filename: str) -> None:
    """Read a tidy file and write its observations."""
    source, _made = source_get_or_create(
        workspace=workspace, key=key, kind=Source.Kind.FILE, name=name, actor=actor, rhythm_days=1
    )
    kpis = {}
    for kpi in Kpi.objects.filter(workspace=workspace):
        spec = KpiSpec(kpi.code, kpi.kind, kpi.scale_min, kpi.scale_max, kpi.top_from)  # type: ignore[arg-type]
        kpis[spec] = (kpi.name_fr, kpi.name_en)
    touchpoints = {row.code: (row.name,) for row in Touchpoint.objects.filter(workspace=workspace)}
    with open_table(io.BytesIO(content), name=filename) as table:
        today = timezone.localdate(timezone=workspace.zone)
        context = Context(Catalogue(touchpoints=touchpoints, kpis=kpis), today, workspace.zone)
        reading = Reading(table, read_mapping(suggest(table).mapping), context)
        with observation_stage(workspace=workspace, source=source) as stage:
            for batch in reading.batches():
                if batch.rejections:
                    raise ValueError(batch.rejections[0])
                stage.copy(copy_text(batch.frame))
            stage.finish()
