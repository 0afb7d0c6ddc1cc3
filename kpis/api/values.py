"""GET values/: one KPI of one touchpoint over time."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cxmap.workspaces.models import Role, Workspace
from kpis.api.references import Ambiguous, References
from kpis.measures import Refused
from kpis.models import Kpi, State
from kpis.parts import Part
from kpis.values import values_read
from personas.models import Segment
from touchpoints.models import Touchpoint

DIMENSION = "dim:"
GRAINS = ["day", "week", "month", "total"]


class ValuesQuery(serializers.Serializer[Any]):
    """What is asked."""

    touchpoint = serializers.CharField(help_text="Code or name.")
    kpi = serializers.CharField(help_text="Code or name.")
    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)
    grain = serializers.ChoiceField(choices=GRAINS, default="day")
    segment = serializers.CharField(required=False, help_text="Code or name; without it all segments are added up.")


class ValueOut(serializers.Serializer[Any]):
    """One period with data; null is unknown, never zero."""

    period = serializers.DateField(allow_null=True, help_text="First day of the day, week or month; null for a total.")
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    numerator = serializers.FloatField(allow_null=True, help_text="null: a formula, which has none of its own.")
    denominator = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    excluded = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True, help_text="95% interval.")
    high = serializers.FloatField(allow_null=True)
    quantile = serializers.FloatField(
        allow_null=True,
        help_text="Which quantile the value is (0.5: the median); null for other figures, also for the mean of durations whose "
        "single values are not all known.",
    )
    definition_version = serializers.IntegerField(help_text="The definition in force at the end of the period.")
    state = serializers.ChoiceField(
        choices=State.choices,
        allow_null=True,
        help_text="Of the same closed period; only at the rhythm of the binding.",
    )
    target = serializers.FloatField(allow_null=True)
    fresh_at = serializers.DateTimeField(allow_null=True, help_text="When the newest of its roll-ups was computed.")


class ValuesOut(serializers.Serializer[Any]):
    results = ValueOut(many=True)


def living(touchpoint: Touchpoint) -> Touchpoint:
    """Return the touchpoint, or the one that it was merged into."""
    return touchpoint.merged_into or touchpoint


class ValuesView(APIView):
    """Values of one KPI on one touchpoint."""

    read_role = Role.VIEWER

    @extend_schema(
        operation_id="values_list",
        parameters=[
            OpenApiParameter("touchpoint", str, required=True, description="Code or name."),
            OpenApiParameter("kpi", str, required=True, description="Code or name."),
            OpenApiParameter("from", {"type": "string", "format": "date"}, description="First day."),
            OpenApiParameter("to", {"type": "string", "format": "date"}, description="Last day."),
            OpenApiParameter("grain", str, enum=GRAINS, description="Default: day."),
            OpenApiParameter("segment", str, description="Code or name; without it all segments are added up."),
            OpenApiParameter(
                "dim:name", str, description="Only rows with this value of the dimension: dim:device=mobile."
            ),
        ],
        responses=ValuesOut,
    )
    def get(self, request: Request) -> Response:
        """Return the periods that have data, oldest first. Weeks begin on Monday."""
        asked = {
            {"from": "first", "to": "last"}.get(name, name): value
            for name, value in request.query_params.items()
            if value != ""
        }
        query = ValuesQuery(data=asked)
        if not query.is_valid():
            names = {"first": "from", "last": "to"}
            raise serializers.ValidationError({names.get(name, name): said for name, said in query.errors.items()})
        given = query.validated_data
        dimensions = {
            name.removeprefix(DIMENSION): (str(value),)
            for name, value in request.query_params.items()
            if name.startswith(DIMENSION) and len(name) > len(DIMENSION)
        }
        workspace: Workspace = request.auth.workspace  # type: ignore[union-attr]
        references = References(workspace)
        found: dict[str, Any] = {}
        for name, index in (
            ("touchpoint", references.touchpoints),
            ("kpi", references.kpis),
            ("segment", references.segments),
        ):
            if name not in given:
                continue
            try:
                found[name] = index.get(given[name])
            except Ambiguous:
                refused = Refused(f"ambiguous_{name}", value=given[name][:80])
                raise serializers.ValidationError({name: [refused.reason]}) from None
            except LookupError:
                refused = Refused(f"unknown_{name}", value=given[name][:80])
                raise serializers.ValidationError({name: [refused.reason]}) from None
        values = values_read(
            touchpoint=living(
                Touchpoint.objects.select_related("merged_into").get(workspace=workspace, code=found["touchpoint"])
            ),
            kpi=Kpi.objects.get(workspace=workspace, code=found["kpi"].code),
            part=Part(
                (Segment.objects.get(workspace=workspace, code=found["segment"]).pk,) if "segment" in found else None,
                dimensions,
            ),
            first=given.get("first"),
            last=given.get("last"),
            grain=given["grain"],
        )
        return Response({"results": ValueOut(values, many=True).data})
