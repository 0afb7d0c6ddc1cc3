"""The project's own pages, accounts, workspaces."""

from django.conf import settings
from django.core import signing

from cxmap.workspaces.models import AccessRequest, Invitation, Membership, Role, User
from cxmap.workspaces.services import invitation_create, token_create, workspace_create
from cxmap.workspaces.views import INVITATION_SALT
from tests.access import ApiRow, Open, Row, World, in_workspace, nothing


def demo(world: World) -> dict[str, str]:
    """The demo's member, without whom its door does not exist."""

    def make() -> None:
        user = User.objects.create_user(settings.DEMO_EMAIL)
        workspace_create(name="Demo", owner=user, slug=settings.DEMO_SLUG)

    world.once("demo", make)
    return {}


def invitation(world: World) -> Invitation:
    return world.once(
        "invitation",
        lambda: invitation_create(workspace=world.cast.workspace, actor=world.cast.olga, role=Role.VIEWER),
    )


def membership(world: World) -> dict[str, int]:
    return {"pk": Membership.objects.get(workspace=world.cast.workspace, user=world.cast.vi).pk}


def token(world: World) -> dict[str, int]:
    cast = world.cast

    def make() -> int:
        return token_create(workspace=cast.workspace, user=cast.olga, actor=cast.olga, role=Role.VIEWER)[0].pk

    return {"pk": world.once("token", make)}


def wish(world: World) -> dict[str, str]:
    """A request for access by somebody from elsewhere."""
    cast = world.cast

    def make() -> AccessRequest:
        return AccessRequest.objects.create(workspace=cast.workspace, user=cast.otto, path="/w/acme/")

    return {"pk": world.once("access-request", make).pk}


def joining(world: World) -> dict[str, str]:
    return {"token": signing.dumps(str(invitation(world).pk), salt=INVITATION_SALT)}


ROWS = [
    Row("start", nothing, Open.ANYONE),
    Row("demo-enter", demo, Open.ANYONE, method="post", ok=303),
    Row("language-set", nothing, Open.ANYONE, method="post", data={"language": "fr"}, ok=303),
    Row("healthz", nothing, Open.ANYONE, ok=200),
    Row("readyz", nothing, Open.ANYONE, ok=200),
    Row("metrics", nothing, Open.ANYONE, ok=404),  # without a token in the settings there is no such page
    Row("workspaces:add", nothing, Open.SIGNED_IN),
    Row("workspaces:settings", in_workspace, Role.OWNER),
    Row("workspaces:settings", in_workspace, Role.OWNER, method="post"),
    Row("workspaces:members", in_workspace, Role.VIEWER),
    Row("workspaces:invite", in_workspace, Role.OWNER, method="post", data={"role": "viewer"}),
    Row("workspaces:member-role", membership, Role.OWNER, method="post", data={"role": "analyst"}),
    Row("workspaces:member-remove", membership, Role.OWNER, method="post"),
    Row("workspaces:invitation-revoke", lambda world: {"pk": invitation(world).pk}, Role.OWNER, method="post"),
    Row("workspaces:join", joining, Open.SIGNED_IN),
    Row("workspaces:join", joining, Open.SIGNED_IN, method="post"),
    Row("workspaces:access-ask", nothing, Open.SIGNED_IN, method="post", data={"path": "/w/acme/journeys/"}),
    Row("workspaces:access-asked", nothing, Open.SIGNED_IN),
    Row("workspaces:access-grant", wish, Role.OWNER, method="post", data={"role": "viewer"}),
    Row("workspaces:access-decline", wish, Role.OWNER, method="post"),
    Row("workspaces:tokens", in_workspace, Role.OWNER),
    Row("workspaces:token-add", in_workspace, Role.OWNER, method="post", data={"name": "x", "role": "viewer"}),
    Row("workspaces:token-revoke", token, Role.OWNER, method="post"),
    Row("workspaces:history", in_workspace, Role.VIEWER),
    # Accounts: allauth decides; what is written here is that none of them needs or tells anything of a workspace.
    Row("account_login", nothing, Open.ANYONE),
    Row("account_signup", nothing, Open.ANYONE),
    Row("account_logout", nothing, Open.ANYONE),
    Row("account_inactive", nothing, Open.ANYONE, ok=200),
    Row("account_email_verification_sent", nothing, Open.ANYONE),
    Row("account_confirm_email", lambda world: {"key": "x"}, Open.ANYONE),
    Row("account_reset_password", nothing, Open.ANYONE),
    Row("account_reset_password_done", nothing, Open.ANYONE, ok=200),
    Row("account_reset_password_from_key", lambda world: {"uidb36": "1", "key": "x-y"}, Open.ANYONE),
    Row("account_reset_password_from_key_done", nothing, Open.ANYONE, ok=200),
    Row("account_change_password", nothing, Open.SIGNED_IN),
    Row("account_set_password", nothing, Open.SIGNED_IN),
    Row("account_email", nothing, Open.SIGNED_IN),
    Row("account_reauthenticate", nothing, Open.SIGNED_IN, ok=403),  # the cast has no passwords to ask for again
    Row("account_confirm_login_code", nothing, Open.ANYONE, ok=302),
    ApiRow("api:schema", nothing, Open.ANYONE),
    Row("api:docs", nothing, Open.ANYONE, ok=200),
]
