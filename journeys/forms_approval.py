"""Forms of the approval of a map."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Membership, User
from journeys.models import Journey

REVIEW_DAYS = 180  # a map that was not looked at for half a year is not to be trusted


class ReviewForm(forms.Form):
    """Whom to ask; the choices are members who can edit, without whoever asks."""

    reviewers = forms.MultipleChoiceField(
        label=_("Who looks at it?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one person.")},
    )
    note = forms.CharField(
        label=_("What should they look at?"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: Any, members: Sequence[Membership], **kwargs: Any) -> None:
        # It stands on one page with the form of publishing, which has a note too.
        super().__init__(*args, **{"auto_id": "ask_%s", **kwargs})
        self.people = {str(member.user_id): member.user for member in members}
        self.fields["reviewers"].choices = [  # type: ignore[attr-defined]
            (key, f"{person} ({member.get_role_display()})")
            for (key, person), member in zip(self.people.items(), members, strict=True)
        ]

    def clean_reviewers(self) -> list[User]:
        return [self.people[key] for key in self.cleaned_data["reviewers"]]


class PublishForm(forms.Form):
    """Who answers for the map, and when it is to be looked at again."""

    owner = forms.ChoiceField(label=_("Owner of the map"))
    review_on = forms.DateField(
        label=_("To be reviewed on"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The owner is told when the day has come."),
    )
    name = forms.CharField(label=_("Name of the version"), max_length=120, required=False)
    note = forms.CharField(label=_("What is new?"), max_length=2000, required=False, widget=forms.Textarea({"rows": 2}))
    expected_change = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, journey: Journey, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = timezone.localdate(timezone=journey.workspace.zone)
        names = list(dict.fromkeys([*filter(None, [journey.owner]), *(str(person)[:120] for person in people)]))
        self.fields["owner"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        if journey.review_on is None or journey.review_on <= self.today:
            self.initial.setdefault("review_on", self.today + dt.timedelta(days=REVIEW_DAYS))
        else:
            self.initial.setdefault("review_on", journey.review_on)

    def clean_review_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["review_on"]
        if day is not None and day <= self.today:
            raise ValidationError(_("Choose a day after today, or leave it empty."))
        return day


class SendBackForm(forms.Form):
    reason = forms.CharField(label=_("What is to be done first?"), max_length=2000, widget=forms.Textarea({"rows": 3}))
