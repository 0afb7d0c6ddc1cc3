"""kpis/, bindings/, targets/."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cxmap.api import WorkspaceViewSet
from cxmap.api_fields import CodeOfWorkspace, FiniteField, IdOfWorkspace, expected_revision
from cxmap.workspaces.models import Role
from kpis import services
from kpis.errors import KpiArchived, TargetEnded
from kpis.models import Binding, Direction, Kpi, KpiKind, Rhythm, Target, Unit
from kpis.services.targets import SMART, missing_answers
from touchpoints.models import Touchpoint


class KpiOut(serializers.ModelSerializer[Kpi]):
    """One definition of the workspace's catalogue, in both languages."""

    class Meta:
        model = Kpi
        fields = [
            "id", "code", "name_fr", "name_en", "kind", "unit", "quantile", "expression", "direction", "formula_fr", "formula_en",
            "numerator_fr", "numerator_en", "denominator_fr", "denominator_en", "note_fr", "note_en", "scale_min", "scale_max",
            "top_from", "opinion", "typical_categories", "typical_channels", "definition_version", "own", "archived_at", "revision",
        ]  # fmt: skip
        read_only_fields = fields


class KpiChange(serializers.Serializer[Any]):
    """What may be said of a definition. A change of what a value means begins a new version."""

    name_fr = serializers.CharField(max_length=120, required=False)
    name_en = serializers.CharField(max_length=120, required=False)
    kind = serializers.ChoiceField(choices=KpiKind.choices, required=False)
    unit = serializers.ChoiceField(choices=Unit.choices, required=False)
    quantile = FiniteField(required=False, allow_null=True, help_text="Of a duration: 0.5 or 0.9; null is the mean.")
    expression = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="Of a formula: codes, numbers, + - * / ( )."
    )
    direction = serializers.ChoiceField(choices=Direction.choices, required=False, allow_blank=True)
    formula_fr = serializers.CharField(max_length=300, required=False)
    formula_en = serializers.CharField(max_length=300, required=False)
    numerator_fr = serializers.CharField(max_length=80, required=False, allow_blank=True)
    numerator_en = serializers.CharField(max_length=80, required=False, allow_blank=True)
    denominator_fr = serializers.CharField(max_length=80, required=False)
    denominator_en = serializers.CharField(max_length=80, required=False)
    note_fr = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    note_en = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    scale_min = serializers.IntegerField(required=False, allow_null=True, min_value=-100, max_value=100)
    scale_max = serializers.IntegerField(required=False, allow_null=True, min_value=-100, max_value=100)
    top_from = serializers.IntegerField(required=False, allow_null=True, min_value=-100, max_value=100)
    opinion = serializers.BooleanField(required=False)
    typical_categories = serializers.ListField(
        child=serializers.SlugField(max_length=60), required=False, max_length=20
    )
    typical_channels = serializers.ListField(child=serializers.SlugField(max_length=60), required=False, max_length=60)


NEEDED = ("name_fr", "name_en", "kind", "unit", "formula_fr", "formula_en", "denominator_fr", "denominator_en")


class KpiIn(KpiChange):
    """A KPI of the workspace's own. Its code comes from the English name unless given."""

    code = serializers.SlugField(max_length=60, required=False)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name in NEEDED:
            fields[name].required = True
        return fields


@extend_schema_view(destroy=extend_schema(responses={204: None}))
class KpiViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, WorkspaceViewSet):
    """The KPI catalogue. An empty direction is asked for each touchpoint. Edits honour `If-Match` with the revision."""

    queryset = Kpi.objects.all()
    serializer_class = KpiOut
    filterset_fields = {"code": ["exact"], "kind": ["exact"], "own": ["exact"], "archived_at": ["isnull"]}
    write_role = Role.ANALYST

    @extend_schema(request=KpiIn, responses={201: KpiOut})
    def create(self, request: Request) -> Response:
        given = KpiIn(data=request.data)
        given.is_valid(raise_exception=True)
        kpi = services.kpi_create(workspace=self.workspace(), actor=self.actor(), **given.validated_data)
        return Response(KpiOut(kpi).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=KpiChange, responses=KpiOut)
    def partial_update(self, request: Request, pk: str = "") -> Response:
        given = KpiChange(data=request.data)
        given.is_valid(raise_exception=True)
        kpi = services.kpi_update(
            kpi=self.get_object(),
            actor=self.actor(),
            expected_revision=expected_revision(request),
            **given.validated_data,
        )
        return Response(KpiOut(kpi).data)

    def destroy(self, request: Request, pk: str = "") -> Response:
        """Archive the KPI: it is offered no more, and what uses it goes on. It can still be read, and restored."""
        services.kpi_archive(kpi=self.get_object(), actor=self.actor())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=KpiOut)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str = "") -> Response:
        """Offer an archived KPI again."""
        return Response(KpiOut(services.kpi_restore(kpi=self.get_object(), actor=self.actor())).data)


class MilestoneIn(serializers.Serializer[Any]):
    """A value on the way, in the unit of storage, to be reached by a day between starts_on and due_on."""

    on = serializers.DateField()
    value = FiniteField()


class TargetOut(serializers.ModelSerializer[Target]):
    """A target; the one without ended_at is in force. The outcome is kept from the due date on."""

    milestones = MilestoneIn(many=True, read_only=True)
    missing = serializers.SerializerMethodField(help_text="SMART questions without an answer.")
    touchpoint = serializers.CharField(source="binding.touchpoint.code", read_only=True)
    kpi = serializers.CharField(source="binding.kpi.code", read_only=True)

    class Meta:
        model = Target
        fields = [
            "id", "binding", "touchpoint", "kpi", "value", "specific", "measurable", "attainable", "realistic", "due_on",
            "starts_on", "review_on", "milestones", "missing", "outcome", "outcome_facts", "created_at", "ended_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_missing(self, target: Target) -> list[str]:
        return missing_answers(target)


class TargetIn(serializers.Serializer[Any]):
    """A new target of a binding, in the unit of storage: 0.018 for 1.8%, NPS points, seconds, scores. null: later."""

    binding = IdOfWorkspace(queryset=Binding.objects.filter(deleted_at=None))
    value = serializers.FloatField(allow_null=True)
    specific = serializers.CharField(max_length=300, required=False, allow_blank=True)
    measurable = serializers.CharField(max_length=300, required=False, allow_blank=True)
    attainable = serializers.CharField(max_length=300, required=False, allow_blank=True)
    realistic = serializers.CharField(max_length=300, required=False, allow_blank=True)
    due_on = serializers.DateField(required=False, allow_null=True)
    starts_on = serializers.DateField(required=False, allow_null=True, help_text="Progress is counted from here.")
    review_on = serializers.DateField(required=False, allow_null=True)
    milestones = MilestoneIn(many=True, required=False)


class TargetChange(serializers.Serializer[Any]):
    """What may change of the target in force."""

    value = serializers.FloatField(allow_null=True, required=False)
    specific = serializers.CharField(max_length=300, required=False, allow_blank=True)
    measurable = serializers.CharField(max_length=300, required=False, allow_blank=True)
    attainable = serializers.CharField(max_length=300, required=False, allow_blank=True)
    realistic = serializers.CharField(max_length=300, required=False, allow_blank=True)
    due_on = serializers.DateField(required=False, allow_null=True)
    starts_on = serializers.DateField(required=False, allow_null=True, help_text="Progress is counted from here.")
    review_on = serializers.DateField(required=False, allow_null=True)
    milestones = MilestoneIn(many=True, required=False)


def _with_milestones(values: dict[str, Any]) -> dict[str, Any]:
    if "milestones" not in values:
        return values
    return values | {"milestones": [services.Milestone(**one) for one in values["milestones"]]}


class TargetViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, WorkspaceViewSet):
    """Targets, also former ones: a target is never rewritten. A new one ends the one before."""

    queryset = Target.objects.select_related("binding__touchpoint", "binding__kpi")
    serializer_class = TargetOut
    filterset_fields = {"binding": ["exact"], "ended_at": ["isnull"], "outcome": ["exact"], "due_on": ["lte", "gte"]}
    write_role = Role.ANALYST

    @extend_schema(request=TargetIn, responses={201: TargetOut})
    def create(self, request: Request) -> Response:
        given = TargetIn(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        target = services.target_set(actor=self.actor(), **_with_milestones(given.validated_data))
        return Response(TargetOut(target).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=TargetChange, responses=TargetOut)
    def partial_update(self, request: Request, pk: str = "") -> Response:
        """End the target in force and answer with the one that follows: the same but for what was sent."""
        target = self.get_object()
        given = TargetChange(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        if target.ended_at is not None:
            raise TargetEnded
        kept = {name: getattr(target, name) for name in ("value", *SMART, "due_on", "starts_on", "review_on")}
        kept["milestones"] = services.milestones_of(target)
        values = kept | _with_milestones(given.validated_data)
        target = services.target_set(binding=target.binding, actor=self.actor(), **values)
        return Response(TargetOut(target).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str = "") -> Response:
        """End the target without another one; it can still be read."""
        services.target_end(target=self.get_object(), actor=self.actor())
        return Response(status=status.HTTP_204_NO_CONTENT)


class BindingOut(serializers.ModelSerializer[Binding]):
    """A KPI on a touchpoint."""

    touchpoint = serializers.CharField(source="touchpoint.code", read_only=True)
    kpi = serializers.CharField(source="kpi.code", read_only=True)

    class Meta:
        model = Binding
        fields = ["id", "touchpoint", "kpi", "direction", "rhythm", "tolerance", "revision", "created_at"]
        read_only_fields = fields


class BindingIn(serializers.Serializer[Any]):
    """Touchpoint and KPI by code. The direction is needed where the KPI has none."""

    touchpoint = CodeOfWorkspace(queryset=Touchpoint.objects.filter(deleted_at=None))
    kpi = CodeOfWorkspace(queryset=Kpi.objects.all())
    direction = serializers.ChoiceField(choices=Direction.choices, required=False)
    rhythm = serializers.ChoiceField(choices=Rhythm.choices, required=False)
    tolerance = FiniteField(min_value=0, required=False)


class BindingChange(serializers.Serializer[Any]):
    """What may change of a binding."""

    direction = serializers.ChoiceField(choices=Direction.choices, required=False)
    rhythm = serializers.ChoiceField(choices=Rhythm.choices, required=False)
    tolerance = FiniteField(min_value=0, required=False)


@extend_schema_view(
    partial_update=extend_schema(request=BindingChange, responses=BindingOut),
    create=extend_schema(request=BindingIn, responses={201: BindingOut}),
    destroy=extend_schema(responses={204: None}),
)
class BindingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, WorkspaceViewSet):
    """KPIs on touchpoints. Edits honour `If-Match` with the revision."""

    queryset = Binding.objects.filter(deleted_at=None).select_related("touchpoint", "kpi")
    serializer_class = BindingOut
    filterset_fields = {"touchpoint__code": ["exact"], "kpi__code": ["exact"]}
    write_role = Role.ANALYST

    def create(self, request: Request) -> Response:
        given = BindingIn(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        if given.validated_data["kpi"].archived_at is not None:
            raise KpiArchived
        binding = services.binding_create(actor=self.actor(), **given.validated_data)
        return Response(BindingOut(binding).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str = "") -> Response:
        given = BindingChange(data=request.data)
        given.is_valid(raise_exception=True)
        binding = services.binding_update(
            binding=self.get_object(),
            actor=self.actor(),
            expected_revision=expected_revision(request),
            **given.validated_data,
        )
        return Response(BindingOut(binding).data)

    def destroy(self, request: Request, pk: str = "") -> Response:
        services.binding_delete(
            binding=self.get_object(), actor=self.actor(), expected_revision=expected_revision(request)
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
