"""The channels of a workspace: names, signs, and icons of its own that came in from outside."""

import io
import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import SimpleTestCase
from PIL import Image

from cxmap.history.models import Change
from cxmap.lib.svg_clean import BYTES_MAX, SvgRefused, cleaned
from journeys.access import share_token
from journeys.services import cards
from journeys.services.journeys import journey_create, share_link_create
from journeys.services.lanes import lane_add
from tests.base import CastTestCase
from touchpoints.models import Category, Channel
from touchpoints.services import touchpoint_create

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 24 24">'
SHAPE = '<path d="M4 4h16v16H4z"/>'


def svg(inside: str, *, shape: str = SHAPE) -> bytes:
    return f"{OPEN}{inside}{shape}</svg>".encode()


class CleanTests(SimpleTestCase):
    def test_it_works(self) -> None:
        drawing = svg(
            '<defs><linearGradient id="a"><stop offset="0" style="stop-color:#f00;stop-opacity:.5"/></linearGradient></defs>'
            '<g fill="url(#a)" transform="rotate(45 12 12)"><circle cx="12" cy="12" r="4"/></g>'
        )
        found = cleaned(drawing).decode()
        for part in (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">',
            '<stop offset="0" stop-color="#f00" stop-opacity=".5">',
            '<g fill="url(#a)" transform="rotate(45 12 12)">',
            '<path d="M4 4h16v16H4z">',
        ):
            self.assertIn(part, found)
        self.assertEqual(cleaned(found.encode()).decode(), found)

    def test_nothing_hostile_comes_through(self) -> None:
        hostile = {
            "a script": "<script>alert(1)</script>",
            "a script in CDATA": "<script><![CDATA[alert(1)]]></script>",
            "a script of another prefix": '<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>',
            "HTML inside": '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><img src="x"/></body></foreignObject>',
            "HTML beside": '<iframe xmlns="http://www.w3.org/1999/xhtml" src="//evil.example"/>',
            "an event": '<rect width="4" height="4" onload="alert(1)" onclick="alert(1)"/>',
            "an event in capitals": '<rect width="4" height="4" ONLOAD="alert(1)"/>',
            "a link": '<a xlink:href="javascript:alert(1)"><rect width="4" height="4"/></a>',
            "an image": '<image href="https://evil.example/track.png" width="1" height="1"/>',
            "use from elsewhere": '<use xlink:href="https://evil.example/x.svg#a"/>',
            "use of data": '<use href="data:image/svg+xml;base64,PHN2Zz4="/>',
            "paint from elsewhere": '<rect width="4" height="4" fill="url(https://evil.example/p.svg#a)"/>',
            "paint from a file": '<rect width="4" height="4" fill="url(evil.svg)"/>',
            "paint in style": '<rect width="4" height="4" style="fill:url(//evil.example/x);behavior:url(x)"/>',
            "escaped paint": '<rect width="4" height="4" style="fill:u\\72l(//evil.example)"/>',
            "a style sheet": "<style>@import url(https://evil.example/x.css); path{fill:url(//evil.example)}</style>",
            "an animation": '<animate attributeName="href" values="javascript:alert(1)"/>',
            "set": '<set attributeName="onmouseover" to="alert(1)"/>',
            "a handler": '<handler xmlns="http://www.w3.org/2001/xml-events" type="load">alert(1)</handler>',
            "a filter": '<filter id="f"><feImage href="https://evil.example/"/></filter>',
            "a comment": "<!-- <script>alert(1)</script> -->",
            "an instruction": '<?xml-stylesheet href="https://evil.example/x.css"?>',
            "text": "<text>alert(1)</text>",
        }
        for name, inside in hostile.items():
            with self.subTest(name):
                found = cleaned(svg(inside)).decode()
                self.assertIn("M4 4h16v16H4z", found)
                for word in ("script", "alert", "evil", "href", "on", "http://www.w3.org/1999", "import", "style"):
                    self.assertNotIn(word, found.lower().replace("http://www.w3.org/2000/svg", ""))

    def test_what_attacks_the_reader_is_refused(self) -> None:
        bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        reads = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        refused = {
            "entities": bomb.encode() + svg("<desc>&b;</desc>"),
            "a file of the server": reads.encode() + svg("<desc>&x;</desc>"),
            "too deep": svg("<g>" * 40 + "</g>" * 40),
            "too many": svg("<g/>" * 3000),
            "too large": svg("<!--" + "x" * BYTES_MAX + "-->"),
            "nothing to see": svg("", shape=""),
            "no size": b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>',
            "an endless size": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 inf 1"><path d="M0 0"/></svg>',
            "not SVG": b"<html><body/></html>",
            "no XML": b"<svg",
            "empty": b"",
        }
        for name, content in refused.items():
            with self.subTest(name), self.assertRaises(SvgRefused):
                cleaned(content)

    def test_a_plain_doctype_is_no_attack(self) -> None:
        doctype = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
        self.assertNotIn(b"DOCTYPE", cleaned(doctype.encode() + svg("")))


class ChannelPageTests(CastTestCase):
    def channel(self) -> Channel:
        return Channel.objects.get(workspace=self.workspace, code="website")

    def send(self, **data: object):
        sent = {"name_fr": "boutique en ligne", "name_en": "web shop", "online": "on", "icon": "shop", **data}
        return self.client.post(f"/channels/{self.channel().pk}/edit/", sent)

    def png(self, size: int = 300) -> SimpleUploadedFile:
        out = io.BytesIO()
        Image.new("RGBA", (size, size), (255, 0, 0, 128)).save(out, "PNG")
        return SimpleUploadedFile("icon.png", out.getvalue())

    def test_it_works(self) -> None:
        self.client.force_login(self.ed)
        self.assertRedirects(self.send(), f"/w/{self.workspace.slug}/channels/")
        self.assertEqual((self.channel().name_en, self.channel().icon), ("web shop", "shop"))
        self.assertTrue(Change.objects.filter(action="channel.updated", actor=self.ed).exists())
        self.client.force_login(self.vi)
        page = self.client.get(f"/w/{self.workspace.slug}/channels/")
        self.assertContains(page, "web shop")
        self.assertNotContains(page, "/edit/")

    def test_a_drawing_is_cleaned_and_served_without_rights(self) -> None:
        self.client.force_login(self.ed)
        file = SimpleUploadedFile("icon.svg", svg("<script>alert(1)</script>"), content_type="image/svg+xml")
        self.assertEqual(self.send(own_icon=file).status_code, 302)
        answer = self.client.get(f"/channels/{self.channel().pk}/icon/")
        content = b"".join(answer.streaming_content)
        self.assertNotIn(b"script", content)
        self.assertIn(b"M4 4h16v16H4z", content)
        self.assertEqual(answer["Content-Type"], "image/svg+xml")
        self.assertEqual(answer["Content-Security-Policy"], "default-src 'none'; sandbox")
        self.assertEqual(answer["X-Content-Type-Options"], "nosniff")

    def test_a_picture_is_written_anew_and_small(self) -> None:
        self.client.force_login(self.ed)
        self.send(own_icon=self.png())
        answer = self.client.get(f"/channels/{self.channel().pk}/icon/")
        with Image.open(io.BytesIO(b"".join(answer.streaming_content))) as image:
            self.assertEqual((image.format, image.size), ("PNG", (96, 96)))

    def test_what_is_no_icon_is_refused(self) -> None:
        self.client.force_login(self.ed)
        huge = (
            b"\x89PNG\r\n\x1a\n"
            + struct.pack(">I", 13)
            + b"IHDR"
            + struct.pack(">II", 60_000, 60_000)
            + b"\x08\x06\0\0\0"
        )
        huge += struct.pack(">I", zlib.crc32(huge[12:]))
        for name, content in {
            "page.html": b"<html><script>alert(1)</script></html>",
            "x.svg": b"<svg><script/></svg>",
            "broken.png": b"\x89PNG\r\n\x1a\nnothing",
            "huge.png": huge,
            "program.exe": b"MZ\x90\0",
        }.items():
            with self.subTest(name):
                answer = self.send(own_icon=SimpleUploadedFile(name, content))
                self.assertContains(answer, "no icon that can be kept", status_code=422)
                self.assertEqual(self.channel().own_icon, "")

    def test_the_own_icon_can_go_again(self) -> None:
        self.client.force_login(self.ed)
        self.send(own_icon=self.png())
        self.assertTrue(self.channel().own_icon)
        self.send(no_own_icon="on")
        self.assertEqual(self.channel().own_icon, "")
        self.assertEqual(self.client.get(f"/channels/{self.channel().pk}/icon/").status_code, 404)

    def test_maps_and_shared_maps_show_it(self) -> None:
        self.client.force_login(self.ed)
        self.send(own_icon=self.png())
        channel = self.channel()
        journey = journey_create(workspace=self.workspace, actor=self.ed, name="Buying", no_persona_yet=True)
        step = cards.shown_steps(journey)[0]
        touchpoint = touchpoint_create(
            workspace=self.workspace,
            actor=self.ed,
            name="Basket",
            category=Category.objects.get(workspace=self.workspace, code="sales"),
            channel=channel,
        )
        lane = journey.lanes.get(kind="touchpoints")
        lane_add(journey=journey, actor=self.ed, kind="channels")
        cards.card_add(lane=lane, step=step, actor=self.ed, touchpoint=touchpoint)
        self.assertContains(self.client.get(journey.get_absolute_url()), f'src="/channels/{channel.pk}/icon/?')
        self.assertContains(self.client.get(f"/w/{self.workspace.slug}/touchpoints/"), f"/channels/{channel.pk}/icon/")
        self.client.logout()
        token = share_token(share_link_create(journey=journey, actor=self.ed, days=7))
        address = f"/shared/{token}/channels/{channel.pk}/icon/"
        self.assertContains(self.client.get(f"/shared/{token}/"), address)
        self.assertEqual(self.client.get(address).status_code, 200)
        other = Channel.objects.get(workspace=self.workspace, code="phone")
        Channel.objects.filter(pk=other.pk).update(own_icon=channel.own_icon, own_icon_type=channel.own_icon_type)
        self.assertEqual(self.client.get(f"/shared/{token}/channels/{other.pk}/icon/").status_code, 404)

    def test_a_channel_with_touchpoints_stays(self) -> None:
        self.client.force_login(self.ed)
        channel = self.channel()
        touchpoint_create(
            workspace=self.workspace,
            actor=self.ed,
            name="Basket",
            category=Category.objects.get(workspace=self.workspace, code="sales"),
            channel=channel,
        )
        self.client.post(f"/channels/{channel.pk}/delete/")
        self.assertTrue(Channel.objects.filter(pk=channel.pk).exists())
        unused = Channel.objects.get(workspace=self.workspace, code="radio")
        self.client.post(f"/channels/{unused.pk}/delete/")
        self.assertFalse(Channel.objects.filter(pk=unused.pk).exists())

    def test_query_count_does_not_grow(self) -> None:
        self.client.force_login(self.vi)
        url = f"/w/{self.workspace.slug}/channels/"
        few = self.query_count(url)
        Channel.objects.bulk_create(
            Channel(workspace=self.workspace, code=f"c{number}", name_fr="x", name_en="x") for number in range(20)
        )
        self.assertEqual(self.query_count(url), few)
