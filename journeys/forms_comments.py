"""The form of a comment; whom it can name are the members of the workspace."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import User
from journeys.errors import CommentEmpty, CommentTooLong, MentionOfStranger
from journeys.models import Comment


class CommentForm(forms.Form):
    """A text, and members who are told of it. Fields have ids of their own: several forms stand on one page."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=Comment.TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 3, "data-mentions": True}),
        error_messages={"required": CommentEmpty.message, "max_length": CommentTooLong.message},
    )
    mentions = forms.TypedMultipleChoiceField(
        label=_("Mention"),
        coerce=int,
        required=False,
        help_text=_("They are told of it. Typing @ and a name does the same; Ctrl and a click choose several."),
        widget=forms.SelectMultiple(attrs={"size": 4}),
        error_messages={"invalid_choice": MentionOfStranger.message},
    )

    def __init__(self, *args: Any, members: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["mentions"].choices = [(member.pk, str(member)) for member in members]
