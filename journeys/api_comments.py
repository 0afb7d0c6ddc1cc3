"""Comments through the API. The document of a map (api_document.py) holds none: they are talk, not content."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cxmap.api import WorkspaceViewSet
from cxmap.api_fields import IdOfWorkspace
from cxmap.pagination import Pagination
from cxmap.workspaces.models import Membership, Role
from journeys.comments import Place
from journeys.models import Comment, Journey
from journeys.readers import version_for_token
from journeys.services import comments as services

ON = (
    "What it is on: `map`, `stage:<id>`, `step:<id>`, `lane:<id>`, `card:<id>`, `cell:<lane>:<step>`, `pain:<id>` or "
    "`solution:<id>`."
)


class MentionOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="user_id")
    name = serializers.CharField(source="user.__str__")


class CommentOut(serializers.ModelSerializer[Comment]):
    """A comment; the one that begins a thread has no root and says whether the thread is resolved."""

    on = serializers.SerializerMethodField(help_text=ON)
    author = serializers.CharField(source="author_name", read_only=True)
    is_guest = serializers.SerializerMethodField()
    mentions = MentionOut(many=True, read_only=True)

    class Meta:
        model = Comment
        fields = [
            "id", "journey", "root", "on", "author", "is_guest", "text", "mentions", "created_at", "edited_at",
            "resolved_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_on(self, comment: Comment) -> str:
        return str(Place.of(comment))

    def get_is_guest(self, comment: Comment) -> bool:
        return comment.guest_name != ""


class PlaceField(serializers.CharField):
    """What a comment is on, as its address says it."""

    def to_internal_value(self, data: Any) -> Any:
        place = Place.parse(super().to_internal_value(data))
        if place is None:
            raise serializers.ValidationError("Give map, or a kind and its id, such as step:<id>.")
        return place


class CommentChange(serializers.Serializer[Any]):
    """What is said. Members whose names stand behind an @ in the text are named by it, too."""

    text = serializers.CharField(max_length=Comment.TEXT_MAX)
    mentions = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, max_length=200, help_text="Ids of members."
    )


class CommentIn(CommentChange):
    """A new comment: on an element of a journey, or an answer to the comment that began a thread."""

    journey = IdOfWorkspace(queryset=Journey.objects.filter(deleted_at=None), required=False)
    on = PlaceField(required=False, help_text=ON)
    root = IdOfWorkspace(  # type: ignore[assignment]  # the framework has a property of this name
        queryset=Comment.objects.filter(root=None, journey__deleted_at=None).select_related("journey"), required=False
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "root" in attrs and ("journey" in attrs or "on" in attrs):
            raise serializers.ValidationError("An answer stands where its thread stands: leave journey and on out.")
        if "root" not in attrs and "journey" not in attrs:
            raise serializers.ValidationError({"journey": "Say on which journey, or give the root of a thread."})
        return attrs


class CommentFilter(django_filters.FilterSet):
    """`is_resolved` is of threads: it leaves answers out."""

    is_resolved = django_filters.BooleanFilter(method="by_resolved")

    class Meta:
        model = Comment
        fields = {"journey": ["exact"], "root": ["exact", "isnull"], "created_at": ["gte"]}

    def by_resolved(self, rows: QuerySet[Comment], _name: str, value: bool) -> QuerySet[Comment]:
        return rows.filter(root=None, resolved_at__isnull=not value)


class OldestFirst(Pagination):
    """As people read a conversation."""

    ordering = ("created_at", "id")  # type: ignore[assignment]  # one column in the class above


class CommentViewSet(WorkspaceViewSet):
    """Comments on journeys, oldest first. Every member may write them; only their own are changed, owners delete any.

    Exports and documents of a journey hold no comments, and a copy of a journey begins without.
    """

    queryset = (
        Comment.objects.filter(deleted_at=None, journey__deleted_at=None)
        .select_related("author", "journey")
        .prefetch_related("mentions__user")
    )
    serializer_class = CommentOut
    filterset_class = CommentFilter
    pagination_class = OldestFirst
    write_role = Role.VIEWER

    def _answer(self, comment: Comment, *, code: int = status.HTTP_200_OK) -> Response:
        return Response(CommentOut(self.get_queryset().get(pk=comment.pk)).data, status=code)

    @extend_schema(responses=CommentOut(many=True))
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(CommentOut(page, many=True).data)

    @extend_schema(responses=CommentOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(CommentOut(self.get_object()).data)

    @extend_schema(request=CommentIn, responses={201: CommentOut})
    def create(self, request: Request) -> Response:
        given = CommentIn(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        values = given.validated_data
        root = values.get("root")
        journey = root.journey if root is not None else values["journey"]
        comment = services.comment_add(
            journey=journey,
            author=self.actor(),
            text=values["text"],
            place=values.get("on"),
            root=root,
            mentions=values.get("mentions", ()),
            version=version_for_token(request, journey),
        )
        return self._answer(comment, code=status.HTTP_201_CREATED)

    @extend_schema(request=CommentChange, responses=CommentOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        comment = self.get_object()
        given = CommentChange(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        named = values.get("mentions", [mention.user_id for mention in comment.mentions.all()])
        services.comment_edit(
            comment=comment, actor=self.actor(), text=values.get("text", comment.text), mentions=named
        )
        return self._answer(comment)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        membership = Membership.objects.select_related("user").get(workspace=self.workspace(), user=self.actor())
        membership.role = request.auth.role  # type: ignore[union-attr]  # a token may have fewer rights than its member
        services.comment_delete(comment=self.get_object(), membership=membership)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=CommentOut, filters=False)
    @action(detail=True, methods=["post"], pagination_class=None)
    def resolve(self, request: Request, pk: str) -> Response:
        """Put a thread away as settled; the id is that of the comment that began it."""
        return self._answer(services.thread_resolve(thread=self.get_object(), actor=self.actor()))

    @extend_schema(request=None, responses=CommentOut, filters=False)
    @action(detail=True, methods=["post"], pagination_class=None)
    def reopen(self, request: Request, pk: str) -> Response:
        """Open a thread again."""
        return self._answer(services.thread_resolve(thread=self.get_object(), actor=self.actor(), resolved=False))
