"""Alerts of the token's member, and the webhooks of its workspace."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import services
from alerts.models import FOR_WEBHOOKS, Alert, Webhook
from alerts.selectors import EVENT_PARTS
from alerts.wording import words
from cxmap.api import WorkspaceViewSet
from cxmap.lib.outbound import URL_LENGTH
from cxmap.workspaces.models import Membership, Role


class AlertOut(serializers.ModelSerializer[Alert]):
    """One alert; the sentence is in the language of the request."""

    kind = serializers.CharField(source="event.kind", read_only=True)
    at = serializers.DateTimeField(source="event.at", read_only=True)
    flag = serializers.UUIDField(source="event.flag_id", read_only=True, allow_null=True)
    touchpoint = serializers.CharField(source="event.binding.touchpoint.code", read_only=True, default=None)
    kpi = serializers.CharField(source="event.binding.kpi.code", read_only=True, default=None)
    source_key = serializers.CharField(source="event.source.key", read_only=True, default=None)
    comment = serializers.UUIDField(source="event.comment_id", read_only=True, allow_null=True)
    sentence = serializers.SerializerMethodField()

    class Meta:
        model = Alert
        fields = ["id", "kind", "at", "flag", "touchpoint", "kpi", "source_key", "comment", "sentence", "read_at"]
        read_only_fields = fields

    def get_sentence(self, alert: Alert) -> str:
        return words(alert.event).sentence


class ReadIn(serializers.Serializer[Any]):
    """Which alerts are read: by id, or all up to one."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, max_length=500)
    up_to = serializers.IntegerField(min_value=1, required=False, help_text="This alert and all older ones.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("ids" in attrs) == ("up_to" in attrs):
            raise serializers.ValidationError("Give ids or up_to.")
        return attrs


class ReadOut(serializers.Serializer[Any]):
    marked = serializers.IntegerField(help_text="How many were unread.")


class AlertViewSet(mixins.ListModelMixin, WorkspaceViewSet):
    """The alerts of the member whose token it is, oldest first."""

    queryset = Alert.objects.filter(in_app=True).select_related(*EVENT_PARTS)
    serializer_class = AlertOut
    filterset_fields = {"event__kind": ["exact"], "read_at": ["isnull"], "id": ["gt"]}
    write_role = Role.VIEWER

    def get_queryset(self) -> QuerySet[Alert]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        return rows.filter(membership__user=self.actor())

    @extend_schema(request=ReadIn, responses=ReadOut, filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def read(self, request: Request) -> Response:
        """Mark alerts as read; ids of others are passed over."""
        given = ReadIn(data=request.data)
        given.is_valid(raise_exception=True)
        membership = Membership.objects.get(workspace=self.workspace(), user=self.actor())
        return Response({"marked": services.alert_mark_read(membership=membership, **given.validated_data)})


class WebhookOut(serializers.ModelSerializer[Webhook]):
    class Meta:
        model = Webhook
        fields = ["id", "name", "url", "kinds", "failures", "paused_at", "pause_reason", "created_at"]
        read_only_fields = fields


class WebhookMade(WebhookOut):
    """A new webhook with its secret, which is shown this once."""

    class Meta(WebhookOut.Meta):
        fields = [*WebhookOut.Meta.fields, "secret"]
        read_only_fields = fields


class WebhookIn(serializers.Serializer[Any]):
    """What can be set on a webhook."""

    name = serializers.CharField(max_length=120)
    url = serializers.CharField(max_length=URL_LENGTH)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=[kind.value for kind in FOR_WEBHOOKS]), allow_empty=False
    )


class WebhookViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, WorkspaceViewSet):
    """Addresses that are called at events; docs/webhooks.md says what they receive."""

    queryset = Webhook.objects.filter(deleted_at=None).select_related("workspace")
    serializer_class = WebhookOut
    read_role = write_role = Role.OWNER

    @extend_schema(request=WebhookIn, responses={201: WebhookMade})
    def create(self, request: Request) -> Response:
        given = WebhookIn(data=request.data)
        given.is_valid(raise_exception=True)
        webhook = services.webhook_add(workspace=self.workspace(), actor=self.actor(), **given.validated_data)
        return Response(WebhookMade(webhook).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=WebhookIn, responses=WebhookOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        given = WebhookIn(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        webhook = services.webhook_update(webhook=self.get_object(), actor=self.actor(), **given.validated_data)
        return Response(WebhookOut(webhook).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        services.webhook_delete(webhook=self.get_object(), actor=self.actor())
        return Response(status=status.HTTP_204_NO_CONTENT)
