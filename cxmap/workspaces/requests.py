"""The request of a signed-in person, for the annotations of views behind login_required."""

from django.http import HttpRequest

from cxmap.workspaces.models import Membership, User, Workspace


class MemberRequest(HttpRequest):
    """A request whose user is a person; membership and workspace are there once access has checked them."""

    user: User
    membership: Membership
    workspace: Workspace
