"""A persona with some fields and evidence, made through the services."""

import io
from typing import Any, ClassVar

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from personas import services
from personas.models import Persona, Trait
from tests.base import CastTestCase


def picture_file(size: tuple[int, int] = (300, 200), kind: str = "PNG") -> SimpleUploadedFile:
    """A picture with a note of its camera, as a browser sends it."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    Image.new("RGB", size, "#0072b2").save(out, kind, exif=exif)
    return SimpleUploadedFile("face.png", out.getvalue())


class PersonaTestCase(CastTestCase):
    """Claire: age and goals are described, the age rests on a survey."""

    persona: ClassVar[Persona]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.persona = services.persona_create(
            workspace=cls.workspace,
            actor=cls.ed,
            name="Claire",
            tagline="in a hurry",
            quote="I buy in the train.",
            traits={"age": "30–39", "goals": "Save time"},
        )
        services.evidence_add(
            trait=cls.persona.traits.get(field="age"), actor=cls.ed, kind="survey", title="Shop survey", n=412
        )

    def trait(self, field: str) -> Trait:
        return self.persona.traits.get(field=field)

    def form_data(self, **changes: Any) -> dict[str, Any]:
        """Return what the form of the sheet sends, with some fields changed."""
        persona = Persona.objects.get(pk=self.persona.pk)
        data = {name: getattr(persona, name) or "" for name in ("name", "tagline", "quote", "summary")}
        data |= {"share_percent": "", "colour": str(persona.colour), "revision": str(persona.revision)}
        data |= {f"trait_{trait.field}": trait.text for trait in persona.traits.exclude(field="")}
        return data | changes
