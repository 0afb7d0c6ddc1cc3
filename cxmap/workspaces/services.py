"""Every write of workspaces, members, invitations and tokens."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxmap.history.services import history_record
from cxmap.lib.errors import CxmapError
from cxmap.lib.text import code_from
from cxmap.workspaces.models import ApiToken, Invitation, Membership, Role, User, Workspace

INVITATION_DAYS = 14

# What a new workspace is furnished with: each app registers its own (taxonomy, KPI catalogue), so that none is imported here.
_furnishers: list[Callable[[Workspace], None]] = []


# The KPIs to choose the dashboard's first tile from; registered by the app that owns them.
_headlines: list[Callable[[Workspace], list[tuple[str, str]]]] = []


class LastOwner(CxmapError):
    code = "last_owner"
    message = _("A workspace needs an owner: make somebody else owner first.")
    status = 409


class InvitationUnusable(CxmapError):
    code = "invitation_unusable"
    message = _("This invitation has expired, was used already or was revoked. Ask for a new one.")
    status = 410


def furnish_with(furnisher: Callable[[Workspace], None]) -> None:
    """Register what an app puts into every new workspace. Running it again must change nothing."""
    if furnisher not in _furnishers:
        _furnishers.append(furnisher)


def headlines_from(loader: Callable[[Workspace], list[tuple[str, str]]]) -> None:
    """Register where the choice of headline KPIs (code, name) comes from."""
    if loader not in _headlines:
        _headlines.append(loader)


def headline_choices(workspace: Workspace) -> list[tuple[str, str]]:
    return [choice for loader in _headlines for choice in loader(workspace)]


def workspace_furnish(workspace: Workspace) -> None:
    for furnisher in _furnishers:
        furnisher(workspace)


@transaction.atomic
def workspace_create(*, name: str, owner: User, slug: str = "", **fields: object) -> Workspace:
    """Make a workspace with its owner, the guides' taxonomy and the KPI catalogue."""
    if not slug:
        taken = set(Workspace.objects.filter(slug__startswith=code_from(name)[:40]).values_list("slug", flat=True))
        slug = code_from(name, taken=taken, fallback="workspace")
    workspace = Workspace.objects.create(name=name, slug=slug, **fields)
    Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    workspace_furnish(workspace)
    history_record(actor=owner, action="workspace.created", target=workspace, name=name)
    return workspace


@transaction.atomic
def workspace_update(*, workspace: Workspace, actor: User, **fields: object) -> Workspace:
    """Change the settings of a workspace."""
    # Not FOR UPDATE: every row of the workspace refers to this one, and nobody changes its key.
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    before = {name: getattr(workspace, name) for name in fields}
    changed = {name: value for name, value in fields.items() if before[name] != value}
    if changed:
        for name, value in changed.items():
            setattr(workspace, name, value)
        if "time_zone" in changed and not workspace.facts_time_zone:
            # Whoever keeps days by the old zone finds out here what to do (kpis.services.time_zones).
            workspace.facts_time_zone = before["time_zone"]
            workspace.save(update_fields=["facts_time_zone"])
        workspace.save(update_fields=list(changed))
        summary = {"before": {name: before[name] for name in changed}, "after": changed}
        history_record(
            actor=actor, action="workspace.updated", target=workspace, before=summary["before"], after=summary["after"]
        )
    return workspace


@transaction.atomic
def invitation_create(*, workspace: Workspace, actor: User, role: str, email: str = "") -> Invitation:
    """Make a link that is good for two weeks."""
    invitation = Invitation.objects.create(
        workspace=workspace,
        role=role,
        email=email.lower(),
        created_by=actor,
        expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
    )
    history_record(actor=actor, action="invitation.created", target=invitation, role=role, email=email)
    return invitation


@transaction.atomic
def invitation_revoke(*, invitation: Invitation, actor: User) -> None:
    updated = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if updated:
        history_record(actor=actor, action="invitation.revoked", target=invitation)


@transaction.atomic
def invitation_accept(*, invitation: Invitation, user: User) -> Membership:
    """Make the bearer a member. A member who is one already keeps the higher role. Raises InvitationUnusable."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at or invitation.revoked_at or invitation.expires_at < timezone.now():
        raise InvitationUnusable
    if invitation.email and invitation.email.lower() != user.email.lower():
        raise InvitationUnusable(_("This invitation is for another e-mail address: sign in with that one."))
    membership, created = Membership.objects.get_or_create(
        workspace=invitation.workspace, user=user, defaults={"role": invitation.role}
    )
    if not created and Role(membership.role).level < Role(invitation.role).level:
        membership.role = invitation.role
        membership.save(update_fields=["role"])
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    history_record(actor=user, action="member.joined", target=membership, role=membership.role)
    return membership


def _keep_an_owner(membership: Membership) -> None:
    owners = Membership.objects.select_for_update().filter(workspace=membership.workspace_id, role=Role.OWNER)
    if membership.role == Role.OWNER and len(owners) <= 1:
        raise LastOwner


@transaction.atomic
def member_set_role(*, membership: Membership, actor: User, role: str) -> Membership:
    """Raises LastOwner."""
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if role == membership.role:
        return membership
    _keep_an_owner(membership)
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    history_record(actor=actor, action="member.role_changed", target=membership, before=before, after=role)
    return membership


@transaction.atomic
def member_remove(*, membership: Membership, actor: User) -> None:
    """Take a person out of the workspace; what they wrote stays. Raises LastOwner."""
    _keep_an_owner(membership)
    history_record(actor=actor, action="member.removed", target=membership, user=str(membership.user_id))
    ApiToken.objects.filter(workspace=membership.workspace_id, user=membership.user_id, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    membership.delete()


def token_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def token_create(
    *, workspace: Workspace, user: User, actor: User | None, role: str, name: str = ""
) -> tuple[ApiToken, str]:
    """Return a new token and its text, which is shown this once. Its role is at most the member's own."""
    membership = Membership.objects.get(workspace=workspace, user=user)
    if Role(role).level > Role(membership.role).level:
        raise CxmapError(_("A token cannot have more rights than the member it belongs to."))
    text = f"cxm_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        workspace=workspace, user=user, role=role, name=name, prefix=text[:12], digest=token_digest(text)
    )
    history_record(actor=actor, action="token.created", target=token, role=role, name=name)
    return token, text


@transaction.atomic
def token_revoke(*, token: ApiToken, actor: User) -> None:
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        history_record(actor=actor, action="token.revoked", target=token)
