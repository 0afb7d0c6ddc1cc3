"""Tokens of the API: one token is one workspace and one role."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import authentication, exceptions, permissions
from rest_framework.request import Request

from cxmap.workspaces.models import ApiToken, Membership, Role, User
from cxmap.workspaces.services import token_digest


class WorkspaceTokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Token cxm_…`. The role is the lower of the token's and the member's of today."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "token" or not text:
            return None
        token = (
            ApiToken.objects.select_related("user", "workspace")
            .filter(digest=token_digest(text.strip()), revoked_at=None, user__is_active=True)
            .first()
        )
        membership = token and Membership.objects.filter(workspace=token.workspace_id, user=token.user_id).first()
        if not token or not membership:
            raise exceptions.AuthenticationFailed("This token is not known, or was revoked.")
        if Role(membership.role).level < Role(token.role).level:
            token.role = membership.role
        today = datetime.now(UTC).date()
        if token.last_used_on != today:
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Token"


READING = frozenset({"GET", "HEAD", "OPTIONS"})


class HasWorkspaceRole(permissions.BasePermission):
    """A view says `read_role` and `write_role`; reading needs a viewer, writing an editor unless it says otherwise."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiToken):
            return False
        reading = request.method in READING
        role = getattr(view, "read_role", Role.VIEWER) if reading else getattr(view, "write_role", Role.EDITOR)
        return Role(request.auth.role).level >= role.level
