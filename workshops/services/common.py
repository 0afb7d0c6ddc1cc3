"""What the writes of a workshop have in common: the lock, and telling the open pages."""

from django.db.models import F

from cxmap import live
from workshops.errors import WorkshopOver
from workshops.models import Workshop


def channel_of(workshop: Workshop) -> str:
    """The stream of a workshop. Only that something happened is told there: what, a page asks the server."""
    return f"workshop:{workshop.pk}"


def locked(workshop: Workshop) -> Workshop:
    """Return the workshop as it is now; writers of its state wait for each other, guests' notes do not wait.

    Everybody locks the workshop first. Without a join: whoever waited for the lock would get the row as it is now
    beside the current item as it was before.
    """
    return Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)


def open_or_refuse(workshop: Workshop) -> None:
    if workshop.has_ended or workshop.deleted_at is not None:
        raise WorkshopOver


def changed(workshop: Workshop) -> None:
    """Say that every page of the workshop has something new to show."""
    Workshop.objects.filter(pk=workshop.pk).update(revision=F("revision") + 1)
    live.publish(channel_of(workshop), "changed", {})


def stirred(workshop: Workshop) -> None:
    """Say that the facilitator has something new to count: who is there, who wrote, who has finished."""
    live.publish(channel_of(workshop), "stirred", {})
