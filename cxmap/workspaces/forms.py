"""Forms of people and workspaces."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Membership, Role, User, Workspace
from cxmap.workspaces.origins import origins_of


class SignupForm(AllauthSignupForm):
    """E-mail, password, and the name that others will see."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    field_order = ["name", "email", "password1", "password2"]

    def save(self, request: HttpRequest) -> User | None:
        """Return the new person; None when the address has an account already (allauth then writes to it)."""
        user = super().save(request)
        if user:
            user.name = self.cleaned_data["name"]
            user.save(update_fields=["name"])
        return user


class WorkspaceForm(forms.ModelForm):
    """What a workspace is; its address is made from the name once and stays."""

    class Meta:
        model = Workspace
        fields = ["name", "sector", "company_type", "audience", "time_zone", "currency"]


class WorkspaceSettingsForm(WorkspaceForm):
    """The same, with the KPI of the dashboard's first tile."""

    headline_kpi = forms.ChoiceField(label=_("KPI of the dashboard's first tile"))
    embed_origins = forms.CharField(
        label=_("Maps may be embedded in these sites"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 3, "placeholder": "https://intranet.example.org", "spellcheck": "false"}),
        help_text=_(
            "One address a line, without anything behind the name. Empty: no map is embedded anywhere. Each link says "
            "besides whether it may be."
        ),
    )

    class Meta(WorkspaceForm.Meta):
        fields = [*WorkspaceForm.Meta.fields, "headline_kpi", "retention_months", "embed_origins"]
        help_texts = {
            "time_zone": _(
                "Days begin and end here. After a change, rows that know their instant move to their new day."
            ),
            "retention_months": _(
                "Empty: for good. Older rows of imports and of the API are deleted every night; values by day stay on every "
                "screen, but can no longer be corrected, withdrawn or split anew."
            ),
        }

    def __init__(self, *args: Any, kpis: list[tuple[str, str]], **kwargs: Any) -> None:
        kwargs["initial"] = {"embed_origins": "\n".join(kwargs["instance"].embed_origins)}
        super().__init__(*args, **kwargs)
        self.fields["headline_kpi"].choices = kpis  # type: ignore[attr-defined]

    def clean_embed_origins(self) -> list[str]:
        return origins_of(self.cleaned_data["embed_origins"])


class InvitationForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.EDITOR)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("With an address, only the person who signs in with it can use the link."),
    )


class AccessForm(forms.Form):
    """A wish to see what an address did not show. `path` is where it was met, `role` says that one is a member."""

    note = forms.CharField(
        label=_("Why do you need it?"), max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )
    path = forms.CharField(max_length=300, widget=forms.HiddenInput)
    role = forms.BooleanField(required=False, widget=forms.HiddenInput)


class GrantForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.VIEWER)


class RoleForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ["role"]


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What is it for?"), max_length=120)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.ANALYST)
