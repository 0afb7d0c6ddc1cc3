"""Publishing while somebody edits: the version holds one state of the map, the one before the edit or the one after it."""

import threading
import time
from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

from cxmap.lib.errors import CxmapError
from journeys.models import Card, Journey, Lane, Version
from journeys.picture import document_in
from journeys.services import approval, cards
from journeys.services.journeys import journey_create
from tests.base import CastMixin

FIRST, LAST = "Compares three offers", "Compares ten offers"


class PublishRaceTests(CastMixin, TransactionTestCase):
    def setUp(self) -> None:
        self.make_cast()
        self.journey = journey_create(workspace=self.workspace, actor=self.ed, name="Buying", no_persona_yet=True)
        lane = Lane.objects.get(journey=self.journey, kind="actions")
        steps = cards.shown_steps(self.journey)[:2]
        self.cards = [cards.card_add(lane=lane, step=step, actor=self.ed, text=FIRST) for step in steps]
        self.errors: list[BaseException] = []

    def beside(self, act: Any) -> threading.Thread:
        def run() -> None:
            try:
                act()
            except CxmapError as error:
                self.errors.append(error)
            finally:
                connection.close()

        return threading.Thread(target=run)

    def wait_for(self, thread: threading.Thread) -> None:
        """Let the other go on until it waits for a lock of this transaction."""
        thread.start()
        while thread.is_alive():
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
                if cursor.fetchone():
                    return
            time.sleep(0.05)

    def edit_both(self) -> None:
        with transaction.atomic():
            for card in self.cards:
                cards.card_edit(card=Card.objects.get(pk=card.pk), actor=self.ed, text=LAST)

    def texts(self) -> set[str]:
        version = Version.objects.get(journey=self.journey)
        return {card.text for card in document_in(version).cards}

    def test_it_works(self) -> None:
        """The publisher comes while two cards are being changed in one gesture: both are in the version."""
        publisher = self.beside(lambda: approval.journey_publish(journey=self.journey, actor=self.olga))
        with transaction.atomic():
            cards.card_edit(card=self.cards[0], actor=self.ed, text=LAST)
            self.wait_for(publisher)
            cards.card_edit(card=self.cards[1], actor=self.ed, text=LAST)
        publisher.join()
        self.assertEqual((self.errors, self.texts()), ([], {LAST}))

    def test_the_editor_comes_second(self) -> None:
        editor = self.beside(self.edit_both)
        with transaction.atomic():
            approval.journey_publish(journey=self.journey, actor=self.olga)
            self.wait_for(editor)
        editor.join()
        self.assertEqual((self.errors, self.texts()), ([], {FIRST}))
        self.assertEqual({card.text for card in Card.objects.all()}, {LAST})

    def test_two_publish(self) -> None:
        """The second has not seen what the first published; both versions are there, and the later one is read."""
        second = self.beside(lambda: approval.journey_publish(journey=self.journey, actor=self.olga, name="second"))
        with transaction.atomic():
            approval.journey_publish(journey=self.journey, actor=self.olga, name="first")
            self.wait_for(second)
        second.join()
        journey = Journey.objects.select_related("published_version").get(pk=self.journey.pk)
        assert journey.published_version is not None
        self.assertEqual((self.errors, journey.published_version.name), ([], "second"))
        self.assertEqual(list(Version.objects.order_by("number").values_list("number", flat=True)), [1, 2])

    def test_two_answers(self) -> None:
        """Published and sent back at the same moment: the first answer holds."""
        approval.review_ask(journey=self.journey, actor=self.ed, reviewers=[self.olga])
        other = self.beside(lambda: approval.review_send_back(journey=self.journey, actor=self.olga, reason="Not yet"))
        with transaction.atomic():
            approval.journey_publish(journey=self.journey, actor=self.olga)
            self.wait_for(other)
        other.join()
        self.assertEqual([type(error) for error in self.errors], [approval.NotAsked])
        self.assertEqual(self.journey.approvals.get().status, "published")
