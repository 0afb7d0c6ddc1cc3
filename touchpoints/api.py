"""touchpoints/, categories/ and channels/ in the API."""

from decimal import Decimal
from typing import Any

import django_filters
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from cxmap.api import WorkspaceViewSet
from cxmap.api_fields import CodeOfWorkspace, expected_revision
from cxmap.lib.text import sort_key
from touchpoints import contents, services
from touchpoints.departments import department_name, department_named
from touchpoints.models import (
    Category,
    Channel,
    ContentItem,
    Party,
    Personalisation,
    Phase,
    PointKind,
    Presence,
    Span,
    Touchpoint,
)


class CategoryOut(serializers.ModelSerializer[Category]):
    """One of the four categories of the guide."""

    class Meta:
        model = Category
        fields = ["id", "code", "abbreviation", "name_fr", "name_en", "rank"]
        read_only_fields = fields


class CategoryChange(serializers.Serializer[Any]):
    """What a workspace calls a category."""

    abbreviation = serializers.CharField(max_length=2, help_text="Stands beside the colour.")
    name_fr = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120)


class CategoryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, WorkspaceViewSet):
    """The four categories of touchpoints; their names may be the workspace's own."""

    queryset = Category.objects.all()
    serializer_class = CategoryOut
    filterset_fields = ["code"]

    @extend_schema(request=CategoryChange, responses=CategoryOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        category = self.get_object()
        given = CategoryChange(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        category = services.category_update(category=category, actor=self.actor(), **given.validated_data)
        return Response(CategoryOut(category).data)


class ChannelOut(serializers.ModelSerializer[Channel]):
    """How touchpoints reach people; `categories` are those for which the guides name it, never the only ones allowed."""

    categories: Any = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)

    class Meta:
        model = Channel
        fields = ["id", "code", "name_fr", "name_en", "icon", "online", "categories", "rank"]
        read_only_fields = fields


class ChannelChange(serializers.Serializer[Any]):
    """What may change of a channel: everything but its code."""

    name_fr = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120)
    icon = serializers.SlugField(max_length=40, required=False)
    online = serializers.BooleanField(required=False)
    categories = CodeOfWorkspace(queryset=Category.objects.all(), many=True, required=False)


class ChannelIn(ChannelChange):
    """A channel of the workspace's own. Without a code one is made from the French name."""

    code = serializers.SlugField(max_length=60, required=False)

    def validate_code(self, code: str) -> str:
        """The code is unique in the workspace."""
        if Channel.objects.filter(workspace=self.context["view"].workspace(), code=code).exists():
            raise ValidationError("Another channel has this code.")
        return code


class ChannelViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, WorkspaceViewSet):
    """Channels: those of the guides and those that the workspace added."""

    queryset = Channel.objects.prefetch_related("categories")
    serializer_class = ChannelOut
    filterset_fields = ["code", "online"]

    @extend_schema(request=ChannelIn, responses={201: ChannelOut})
    def create(self, request: Request) -> Response:
        given = ChannelIn(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        channel = services.channel_create(workspace=self.workspace(), actor=self.actor(), **given.validated_data)
        return Response(ChannelOut(channel).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ChannelChange, responses=ChannelOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        channel = self.get_object()
        given = ChannelChange(data=request.data, partial=True, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        services.channel_update(channel=channel, actor=self.actor(), **given.validated_data)
        return Response(ChannelOut(self.get_object()).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Answers 409 while a touchpoint has it."""
        services.channel_delete(channel=self.get_object(), actor=self.actor())
        return Response(status=status.HTTP_204_NO_CONTENT)


class TouchpointOut(serializers.ModelSerializer[Touchpoint]):
    """A touchpoint of the library; category and channel by code, cost in the workspace's currency (null: unknown)."""

    category = serializers.CharField(source="category.code", read_only=True)
    channel = serializers.CharField(source="channel.code", read_only=True)
    department = serializers.SerializerMethodField(help_text="By name; null: none yet.")

    class Meta:
        model = Touchpoint
        fields = [
            "id", "code", "name", "category", "channel", "presence", "phase", "department", "owner", "description",
            "cost", "cost_span", "volume", "volume_span", "personalisation", "proactive_trigger", "competitor_note",
            "content_months", "kind", "initiator", "receiver", "revision", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_department(self, touchpoint: Touchpoint) -> str | None:
        return department_name(touchpoint)


class TouchpointChange(serializers.Serializer[Any]):
    """What may change of a touchpoint: everything but its code."""

    name = serializers.CharField(max_length=200)
    category = CodeOfWorkspace(queryset=Category.objects.all())
    channel = CodeOfWorkspace(queryset=Channel.objects.all())
    presence = serializers.ChoiceField(choices=Presence.choices, required=False)
    phase = serializers.ChoiceField(choices=Phase.choices, required=False)
    department = serializers.CharField(
        max_length=200, required=False, allow_null=True, help_text="By name; a new name adds a department."
    )
    owner = serializers.CharField(max_length=120, required=False, allow_blank=True)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    cost = serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        min_value=Decimal(0),
        required=False,
        allow_null=True,
        help_text="In the workspace's currency. null: unknown, which is never nothing.",
    )
    cost_span = serializers.ChoiceField(
        choices=Span.choices, required=False, help_text="What the cost is counted over."
    )
    volume = serializers.IntegerField(
        min_value=0, max_value=10**15, required=False, allow_null=True, help_text="Contacts, as somebody knows them."
    )
    volume_span = serializers.ChoiceField(choices=Span.choices, required=False)
    personalisation = serializers.ChoiceField(
        choices=Personalisation.choices, required=False, allow_blank=True, help_text="Empty: not said yet."
    )
    proactive_trigger = serializers.CharField(
        max_length=4000, required=False, allow_blank=True, help_text="What is done before customers ask."
    )
    competitor_note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    content_months = serializers.IntegerField(
        min_value=1, max_value=120, required=False, help_text="After how many months its content is said to be old."
    )
    kind = serializers.ChoiceField(choices=PointKind.choices, required=False, help_text="As in CJML.")
    initiator = serializers.ChoiceField(choices=Party.choices, required=False)
    receiver = serializers.ChoiceField(
        choices=Party.choices, required=False, allow_blank=True, help_text="Empty for an action, never otherwise."
    )

    def validate_name(self, name: str) -> str:
        """The name is unique among the touchpoints that are not in the trash."""
        same = Touchpoint.objects.filter(workspace=self.context["view"].workspace(), name=name, deleted_at=None)
        if self.instance is not None:
            same = same.exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError("Another touchpoint has this name.")
        return name

    def validate_department(self, name: str | None) -> str:
        return " ".join((name or "").split())


class TouchpointIn(TouchpointChange):
    """A new touchpoint. Without a code one is made from the name; without presence it is that of the channel."""

    code = serializers.SlugField(max_length=60, required=False)

    def validate_code(self, code: str) -> str:
        """The code is unique in the workspace, the trash included."""
        if Touchpoint.objects.filter(workspace=self.context["view"].workspace(), code=code).exists():
            raise ValidationError("Another touchpoint has this code, perhaps one in the trash.")
        return code


class TouchpointFilter(django_filters.FilterSet):
    """By code of category and channel, phase, presence, name of the department, owner; `q` searches names without accents."""

    category = django_filters.CharFilter(field_name="category__code")
    channel = django_filters.CharFilter(field_name="channel__code")
    department = django_filters.CharFilter(method="of_department")
    q = django_filters.CharFilter(method="search")

    class Meta:
        model = Touchpoint
        fields = ["code", "phase", "presence", "owner", "personalisation", "kind"]

    def of_department(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(department__sort_key=sort_key(value), department__deleted_at=None)

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.matching(value)


class TouchpointViewSet(mixins.ListModelMixin, WorkspaceViewSet):
    """The touchpoint library. Deleted ones wait in the trash of the application."""

    queryset = Touchpoint.objects.filter(deleted_at=None).select_related("category", "channel", "department")
    serializer_class = TouchpointOut
    filterset_class = TouchpointFilter

    def _answer(self, touchpoint: Touchpoint, *, code: int = status.HTTP_200_OK) -> Response:
        return Response(TouchpointOut(touchpoint).data, status=code, headers={"ETag": f'"{touchpoint.revision}"'})

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    @extend_schema(request=TouchpointIn, responses={201: TouchpointOut})
    def create(self, request: Request) -> Response:
        given = TouchpointIn(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        with transaction.atomic():
            values = self._values(given.validated_data)
            touchpoint = services.touchpoint_create(workspace=self.workspace(), actor=self.actor(), **values)
        return self._answer(touchpoint, code=status.HTTP_201_CREATED)

    def _values(self, given: dict[str, Any]) -> dict[str, Any]:
        """Put a department in the place of its name; a new one goes with the request that names it."""
        values = dict(given)
        if "department" in values:
            name = values["department"]
            workspace, actor = self.workspace(), self.actor()
            values["department"] = department_named(workspace=workspace, actor=actor, name=name) if name else None
        return values

    @extend_schema(request=TouchpointChange, responses=TouchpointOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        touchpoint = self.get_object()
        given = TouchpointChange(touchpoint, data=request.data, partial=True, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        with transaction.atomic():
            touchpoint = services.touchpoint_update(
                touchpoint=touchpoint,
                actor=self.actor(),
                expected_revision=expected_revision(request),
                **self._values(given.validated_data),
            )
        return self._answer(touchpoint)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        services.touchpoint_delete(touchpoint=self.get_object(), actor=self.actor())
        return Response(status=status.HTTP_204_NO_CONTENT)


class ContentOut(serializers.ModelSerializer[ContentItem]):
    """A piece of content of a touchpoint (named by its code); without `updated_on` nobody knows how old it is."""

    touchpoint = serializers.CharField(source="touchpoint.code", read_only=True)

    class Meta:
        model = ContentItem
        fields = ["id", "touchpoint", "title", "kind", "address", "updated_on", "owner", "revision"]
        read_only_fields = fields


class ContentChange(serializers.Serializer[Any]):
    """What may change of a piece of content: everything but its touchpoint."""

    title = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=ContentItem.Kind.choices, required=False)
    address = serializers.URLField(max_length=500, required=False, allow_blank=True)
    updated_on = serializers.DateField(required=False, allow_null=True)
    owner = serializers.CharField(max_length=120, required=False, allow_blank=True)


class ContentIn(ContentChange):
    """A new piece of content."""

    touchpoint = CodeOfWorkspace(queryset=Touchpoint.objects.filter(deleted_at=None))


class ContentFilter(django_filters.FilterSet):
    """By code of the touchpoint, kind, owner."""

    touchpoint = django_filters.CharFilter(field_name="touchpoint__code")

    class Meta:
        model = ContentItem
        fields = ["kind", "owner"]


class ContentViewSet(mixins.ListModelMixin, WorkspaceViewSet):
    """The content inventory of the touchpoints in the library: answers, articles, videos."""

    queryset = ContentItem.objects.filter(deleted_at=None, touchpoint__deleted_at=None).select_related("touchpoint")
    serializer_class = ContentOut
    filterset_class = ContentFilter

    def _answer(self, item: ContentItem, *, code: int = status.HTTP_200_OK) -> Response:
        return Response(ContentOut(item).data, status=code, headers={"ETag": f'"{item.revision}"'})

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    @extend_schema(request=ContentIn, responses={201: ContentOut})
    def create(self, request: Request) -> Response:
        given = ContentIn(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        item = contents.content_add(actor=self.actor(), **given.validated_data)
        return self._answer(item, code=status.HTTP_201_CREATED)

    @extend_schema(request=ContentChange, responses=ContentOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        given = ContentChange(data=request.data, partial=True, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        item = contents.content_update(
            item=self.get_object(),
            actor=self.actor(),
            expected_revision=expected_revision(request),
            **given.validated_data,
        )
        return self._answer(item)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        contents.content_delete(item=self.get_object(), actor=self.actor())
        return Response(status=status.HTTP_204_NO_CONTENT)
