"""Every write of portraits."""

from typing import Any

from django.core.files import File
from django.db import transaction

from cxmap.history.services import recording
from cxmap.workspaces.models import User
from personas.errors import PictureNotTaken
from personas.models import Persona, Portrait
from personas.pictures import picture_dropped, picture_kept, pictures_locked


@transaction.atomic
def persona_set_portrait(
    *,
    persona: Persona,
    actor: User | None,
    portrait: str,
    variant: int | None = None,
    file: "File[Any] | None" = None,
    remove_picture: bool = False,
) -> Persona:
    """Choose what stands for the persona's face; a file becomes its picture, cropped and written anew.

    Removing the picture deletes it from the storage when no other persona shows it. Raises PictureNotTaken for a file
    that is no picture, and when a picture is asked for and there is none.
    """
    with recording(actor=actor, action="persona.portrait", target=persona, name=persona.name) as record:
        pictures_locked(persona.workspace_id)
        persona = Persona.objects.select_for_update().get(pk=persona.pk)
        record.watch(persona)
        before = persona.picture
        if file is not None:
            persona.picture = picture_kept(persona.workspace_id, file)
        elif remove_picture:
            persona.picture = ""
        if portrait == Portrait.PICTURE and not persona.picture:
            if not remove_picture:
                raise PictureNotTaken
            portrait = Portrait.DRAWING
        persona.portrait = Portrait(portrait)
        if variant is not None:
            persona.portrait_variant = variant
        persona.revision += 1
        names = ["portrait", "portrait_variant", "picture", "revision", "updated_at"]
        persona.save(update_fields=names)
    if before != persona.picture:
        workspace_id = persona.workspace_id
        transaction.on_commit(lambda: picture_dropped(workspace_id, before), robust=True)
    return persona
