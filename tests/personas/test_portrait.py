import io

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from personas import services
from personas.models import Persona
from personas.pictures import folder_of
from personas.portraits import VARIANTS, drawing_svg, initials
from tests.personas.base import PersonaTestCase, picture_file


class PortraitTests(PersonaTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = reverse("personas:portrait", args=[self.persona.pk])
        self.picture_url = reverse("personas:picture", args=[self.persona.pk])

    def post(self, **data):
        with self.captureOnCommitCallbacks(execute=True):
            response = self.client.post(self.url, data)
        self.persona.refresh_from_db()
        return response

    def test_a_picture_is_cropped_and_written_anew(self) -> None:
        self.assertRedirects(self.post(face="picture", file=picture_file()), self.persona.get_absolute_url())
        response = self.client.get(self.picture_url)
        content = b"".join(response.streaming_content)
        self.assertEqual(response["Content-Type"], "image/webp")
        self.assertIn("sandbox", response["Content-Security-Policy"])
        self.assertNotIn(b"Secret camera", content)
        with Image.open(io.BytesIO(content)) as image:
            self.assertEqual((image.format, image.size), ("WEBP", (200, 200)))
        self.assertContains(self.client.get(self.persona.get_absolute_url()), self.picture_url)

    def test_what_is_no_picture_is_refused(self) -> None:
        for name, content in (
            ("a.png", b"no picture"),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("a.png", picture_file().read()[:90]),
        ):
            with self.subTest(name=name, content=content[:9]):
                response = self.post(face="picture", file=SimpleUploadedFile(name, content))
                self.assertContains(response, "no picture that can be kept", status_code=422)
        self.assertContains(self.post(face="picture"), "Choose a picture", status_code=422)
        self.assertEqual(self.persona.picture, "")

    def test_removing_deletes_the_file_unless_another_shows_it(self) -> None:
        other = services.persona_create(workspace=self.workspace, actor=self.ed, name="Paul")
        services.persona_set_portrait(persona=other, actor=self.ed, portrait="picture", file=picture_file())
        self.post(face="picture", file=picture_file())
        path = f"{folder_of(self.workspace.pk)}/{self.persona.picture}"
        self.post(face="drawing-1", remove_picture="on")
        self.assertTrue(default_storage.exists(path))
        with self.captureOnCommitCallbacks(execute=True):
            services.persona_set_portrait(persona=other, actor=self.ed, portrait="initials", remove_picture=True)
        self.assertFalse(default_storage.exists(path))
        self.assertEqual(self.client.get(self.picture_url).status_code, 404)

    def test_drawings_are_always_the_same_and_follow_the_colour(self) -> None:
        again = Persona.objects.get(pk=self.persona.pk)
        self.assertEqual(drawing_svg(self.persona), drawing_svg(again))
        self.assertEqual(len({drawing_svg(self.persona, variant=number) for number in range(VARIANTS)}), VARIANTS)
        again.colour = (self.persona.colour + 1) % 5
        self.assertNotEqual(drawing_svg(self.persona), drawing_svg(again))

    def test_initials(self) -> None:
        for name, letters in (
            ("Claire", "C"),
            ("Jean-Marc le pressé", "JM"),
            ("& Sons", "S"),
            ("<b>", "?"),
            ("élan vital", "ÉV"),
        ):
            with self.subTest(name=name):
                self.assertEqual(initials(name), letters)
        self.post(face="initials")
        self.assertContains(self.client.get(self.persona.get_absolute_url()), ">C</text>")

    def test_a_portrait_needs_no_new_validation(self) -> None:
        self.post(face="drawing-3")
        self.assertEqual((self.persona.portrait_variant, self.persona.changed_at), (3, None))
