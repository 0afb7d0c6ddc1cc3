"""flags/: pain-point flags, and what people decide about them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cxmap.api import WorkspaceViewSet
from cxmap.api_fields import expected_revision
from cxmap.workspaces.models import Role
from kpis import services
from kpis.models import Flag


class FlagOut(serializers.ModelSerializer[Flag]):
    """A flag with the numbers that opened it."""

    touchpoint = serializers.CharField(source="binding.touchpoint.code", read_only=True)
    kpi = serializers.CharField(source="binding.kpi.code", read_only=True)
    evidence = serializers.DictField(read_only=True)

    class Meta:
        model = Flag
        fields = [
            "id", "binding", "touchpoint", "kpi", "kind", "status", "owner", "reason", "snoozed_until", "opened_period",
            "closed_period", "baseline_end", "quiet_periods", "evidence", "revision", "opened_at", "closed_at",
        ]  # fmt: skip
        read_only_fields = fields


class AcknowledgeIn(serializers.Serializer[Any]):
    owner = serializers.CharField(max_length=120, required=False, allow_blank=True, help_text="By default who asks.")


class SnoozeIn(serializers.Serializer[Any]):
    until = serializers.DateField(help_text="The day on which it wakes.")


class RefuseIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=400, help_text="Not a problem because…")


class FlagViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, WorkspaceViewSet):
    """Pain-point flags. They open and close by themselves; people take charge, snooze, refuse with a reason, reopen."""

    queryset = Flag.objects.select_related("workspace", "binding__touchpoint", "binding__kpi").filter(
        binding__deleted_at=None, binding__touchpoint__deleted_at=None
    )
    serializer_class = FlagOut
    filterset_fields = {
        "status": ["exact"],
        "kind": ["exact"],
        "binding__touchpoint__code": ["exact"],
        "binding__kpi__code": ["exact"],
    }
    write_role = Role.EDITOR

    def _given(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        given = serializer(data=self.request.data)
        given.is_valid(raise_exception=True)
        revision = expected_revision(self.request)
        return {**given.validated_data, "flag": self.get_object(), "actor": self.actor(), "expected_revision": revision}

    @extend_schema(request=AcknowledgeIn, responses=FlagOut)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str = "") -> Response:
        """Take charge of it."""
        return Response(FlagOut(services.flag_acknowledge(**self._given(AcknowledgeIn))).data)

    @extend_schema(request=SnoozeIn, responses=FlagOut)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: str = "") -> Response:
        """Put it aside until a day."""
        return Response(FlagOut(services.flag_snooze(**self._given(SnoozeIn))).data)

    @extend_schema(request=RefuseIn, responses=FlagOut)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str = "") -> Response:
        """Say why it is not a problem."""
        return Response(FlagOut(services.flag_refuse(**self._given(RefuseIn))).data)

    @extend_schema(request=None, responses=FlagOut)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str = "") -> Response:
        """Take the last decision back."""
        revision = expected_revision(request)
        flag = services.flag_reopen(flag=self.get_object(), actor=self.actor(), expected_revision=revision)
        return Response(FlagOut(flag).data)
