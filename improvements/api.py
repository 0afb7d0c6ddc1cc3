"""Pain points and solutions through the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cxmap.api import WorkspaceViewSet
from cxmap.api_fields import CodeOfWorkspace, FiniteField, IdOfWorkspace, expected_revision
from cxmap.lib.text import sort_key
from improvements import services
from improvements.models import ExpectedUnit, Nature, Pain, Solution
from journeys.models import Step
from kpis.models import Binding, Flag
from touchpoints.models import Department, Touchpoint


class PainOut(serializers.ModelSerializer[Pain]):
    touchpoint = serializers.SlugRelatedField(slug_field="code", read_only=True)  # type: ignore[var-annotated]
    department = serializers.SerializerMethodField(help_text="Its own by name; null: that of the touchpoint.")

    class Meta:
        model = Pain
        fields = [
            "id", "kind", "title", "note", "nature", "nature_origin", "journey", "step", "touchpoint", "department", "flag",
            "revision", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_department(self, pain: Pain) -> str | None:
        own = pain.department
        return own.name if own is not None and own.deleted_at is None else None


class PainIn(serializers.Serializer[Any]):
    """What can be set on a pain point or an opportunity."""

    title = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=Pain.Kind.choices, required=False)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    nature = serializers.ChoiceField(choices=Nature.choices, required=False, allow_blank=True)
    step = IdOfWorkspace(queryset=Step.objects.filter(deleted_at=None), required=False, allow_null=True)
    touchpoint = CodeOfWorkspace(queryset=Touchpoint.objects.filter(deleted_at=None), required=False, allow_null=True)
    department = serializers.CharField(
        max_length=200,
        required=False,
        allow_null=True,
        help_text="By name, one that is there; null: as the touchpoint.",
    )
    flag = IdOfWorkspace(queryset=Flag.objects.all(), required=False, allow_null=True)

    def validate_department(self, name: str | None) -> Department | None:
        """Return the department of this name."""
        if not name:
            return None
        rows = Department.objects.filter(workspace=self.context["view"].workspace(), deleted_at=None)
        found = rows.filter(sort_key=sort_key(name)).first()
        if found is None:
            raise serializers.ValidationError("There is no department of this name: add it first.")
        return found


class SolutionOut(serializers.ModelSerializer[Solution]):
    class Meta:
        model = Solution
        fields = [
            "id", "title", "note", "kind", "status", "pain", "journey", "step", "impact", "effort", "binding",
            "expected_value", "expected_unit", "owner", "due_on", "done_on", "revision", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class SolutionIn(serializers.Serializer[Any]):
    """What can be set on a solution. An expected effect needs its unit and its KPI."""

    title = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=Solution.Kind.choices, required=False)
    status = serializers.ChoiceField(choices=Solution.Status.choices, required=False)
    pain = IdOfWorkspace(queryset=Pain.objects.filter(deleted_at=None), required=False, allow_null=True)
    step = IdOfWorkspace(queryset=Step.objects.filter(deleted_at=None), required=False, allow_null=True)
    impact = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    effort = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    binding = IdOfWorkspace(queryset=Binding.objects.filter(deleted_at=None), required=False, allow_null=True)
    expected_value = FiniteField(required=False, allow_null=True)
    expected_unit = serializers.ChoiceField(choices=ExpectedUnit.choices, required=False, allow_blank=True)
    owner = serializers.CharField(max_length=120, required=False, allow_blank=True)
    due_on = serializers.DateField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Say of what, and which KPI should move."""

        def now(name: str) -> Any:
            return attrs[name] if name in attrs else getattr(self.instance, name, None)

        if now("expected_value") is not None:
            if not now("expected_unit"):
                raise serializers.ValidationError({"expected_unit": "Say of what: relative or points."})
            if now("binding") is None:
                raise serializers.ValidationError({"binding": "Say which KPI should move."})
        return attrs


class PainViewSet(WorkspaceViewSet):
    """Pain points and opportunities; deleting one keeps its solutions."""

    queryset = Pain.objects.filter(deleted_at=None).select_related("touchpoint", "department")
    serializer_class = PainOut
    filterset_fields = ["kind", "nature", "journey", "step", "flag"]

    def _answer(self, pain: Pain, *, code: int = status.HTTP_200_OK) -> Response:
        return Response(PainOut(pain).data, status=code, headers={"ETag": f'"{pain.revision}"'})

    @extend_schema(responses=PainOut(many=True))
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(PainOut(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    @extend_schema(request=PainIn, responses={201: PainOut})
    def create(self, request: Request) -> Response:
        given = PainIn(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        pain = services.pain_add(workspace=self.workspace(), actor=self.actor(), **given.validated_data)
        return self._answer(pain, code=status.HTTP_201_CREATED)

    @extend_schema(request=PainIn, responses=PainOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        pain = self.get_object()
        given = PainIn(pain, data=request.data, partial=True, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        if values.get("step"):
            values["journey"] = values["step"].journey
        pain = services.pain_update(
            pain=pain, actor=self.actor(), expected_revision=expected_revision(request), **values
        )
        return self._answer(pain)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        services.pain_delete(pain=self.get_object(), actor=self.actor())
        return Response(status=status.HTTP_204_NO_CONTENT)


class SolutionViewSet(WorkspaceViewSet):
    """Solutions with impact, effort, expected effect, owner, due date and status."""

    queryset = Solution.objects.filter(deleted_at=None).select_related("workspace")
    serializer_class = SolutionOut
    filterset_fields = ["status", "owner", "pain", "journey"]

    def _answer(self, solution: Solution, *, code: int = status.HTTP_200_OK) -> Response:
        return Response(SolutionOut(solution).data, status=code, headers={"ETag": f'"{solution.revision}"'})

    @extend_schema(responses=SolutionOut(many=True))
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(SolutionOut(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    @extend_schema(request=SolutionIn, responses={201: SolutionOut})
    def create(self, request: Request) -> Response:
        given = SolutionIn(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        solution = services.solution_add(workspace=self.workspace(), actor=self.actor(), **given.validated_data)
        return self._answer(solution, code=status.HTTP_201_CREATED)

    @extend_schema(request=SolutionIn, responses=SolutionOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        solution = self.get_object()
        given = SolutionIn(solution, data=request.data, partial=True, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        if values.get("step"):
            values["journey"] = values["step"].journey
        solution = services.solution_update(
            solution=solution, actor=self.actor(), expected_revision=expected_revision(request), **values
        )
        return self._answer(solution)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        services.solution_delete(solution=self.get_object(), actor=self.actor())
        return Response(status=status.HTTP_204_NO_CONTENT)
