"""Touchpoints typed by name into their cell, and channels that maps use."""

from journeys.models import Card
from journeys.services import lanes
from journeys.services.cards import channels_set
from tests.journeys.base import MapTestCase
from touchpoints.models import Channel, Touchpoint


class TypedTouchpointTests(MapTestCase):
    def type(self, name: str, lane: str = "touchpoints"):
        self.client.force_login(self.ed)
        return self.client.post(
            "/cards/touchpoint/",
            {"lane": self.lane(lane).pk, "step": self.steps()[0].pk, "text": name},
            headers={"X-Requested-With": "fetch"},
        )

    def test_a_channel_is_taken_from_whole_words_of_the_name_only(self) -> None:
        Channel.objects.filter(workspace=self.workspace, code="chat").update(name_fr="chat", name_en="chat")
        for name, chat in (("Confirmation of the chateau visit", False), ("Chat before the purchase", True)):
            with self.subTest(name):
                self.assertEqual(self.type(name).status_code, 200)
                self.assertEqual(Touchpoint.objects.get(name=name).channel.code == "chat", chat)

    def test_a_lane_that_takes_none_leaves_nothing_in_the_library(self) -> None:
        before = Touchpoint.objects.count()
        self.assertGreaterEqual(self.type("Kiosk", lane="actions").status_code, 400)
        self.assertEqual(Touchpoint.objects.count(), before)


class ChannelInUseTests(MapTestCase):
    def test_a_channel_ticked_on_a_map_cannot_be_deleted(self) -> None:
        channel = Channel.objects.filter(workspace=self.workspace, touchpoints=None).first()
        lane = lanes.lane_add(journey=self.journey, actor=self.ed, kind="channels")
        channels_set(lane=lane, step=self.steps()[0], actor=self.ed, channels=[channel])
        self.client.force_login(self.ed)
        self.client.post(f"/channels/{channel.pk}/delete/")
        self.assertTrue(Channel.objects.filter(pk=channel.pk).exists())
        self.assertTrue(Card.objects.filter(channel=channel, deleted_at=None).exists())
