"""Mails about reviews and requests for access: to those whom they concern, in their language, while it still matters."""

from typing import Any

from django.core import mail
from django.urls import reverse

from alerts.links import unsubscribe_url
from cxmap.outbox.models import Message
from cxmap.outbox.services import outbox_drain
from cxmap.workspaces import asking
from cxmap.workspaces.models import AccessRequest, Membership, User
from journeys.services import approval
from journeys.services.journeys import journey_create
from tests.base import CastTestCase


class ReviewMailTests(CastTestCase):
    def setUp(self) -> None:
        self.journey = journey_create(workspace=self.workspace, actor=self.ed, name="Buying", no_persona_yet=True)

    def ask(self, note: str = "Is the order right?") -> Any:
        return approval.review_ask(journey=self.journey, actor=self.ed, reviewers=[self.olga], note=note)

    def states(self) -> list[tuple[str, str]]:
        return list(Message.objects.order_by("id").values_list("status", "error"))

    def test_it_works(self) -> None:
        User.objects.filter(pk=self.olga.pk).update(language="fr")
        self.ask()
        outbox_drain()
        (sent,) = mail.outbox
        self.assertEqual(sent.to, [self.olga.email])
        for text in ("Buying", "Is the order right?", reverse("journeys:approval", args=[self.journey.pk])):
            self.assertIn(text, sent.body)
        self.assertIn("List-Unsubscribe", sent.extra_headers)
        self.assertNotIn("order right", str(Message.objects.get().payload), "no text of a customer waits in the outbox")
        approval.review_send_back(journey=self.journey, actor=self.olga, reason="The end is missing")
        outbox_drain()
        self.assertEqual((mail.outbox[1].to, len(mail.outbox)), ([self.ed.email], 2))
        self.assertIn("The end is missing", mail.outbox[1].body)

    def test_what_is_over_is_not_told(self) -> None:
        self.ask()
        approval.review_withdraw(journey=self.journey, actor=self.ed)
        outbox_drain()
        self.assertEqual((mail.outbox, self.states()), ([], [("dropped", "gone")]))

    def test_who_left_or_turned_mails_off_gets_none(self) -> None:
        member = Membership.objects.get(workspace=self.workspace, user=self.olga)
        self.client.post("/" + unsubscribe_url(member).split("/", 3)[3])
        self.ask()
        outbox_drain()
        self.assertEqual((mail.outbox, self.states()), ([], [("dropped", "mail_off")]))

    def test_a_review_day(self) -> None:
        approval.journey_publish(journey=self.journey, actor=self.olga, owner="Ana")
        type(self.journey).objects.filter(pk=self.journey.pk).update(review_on="2026-01-05")
        for _time in range(2):
            approval.reviews_due_tell()
            outbox_drain()
        self.assertEqual([sent.to for sent in mail.outbox], [[self.ana.email]])
        self.assertIn("5 Jan 2026", mail.outbox[0].body)

    def test_access(self) -> None:
        asking.access_ask(user=self.otto, path=self.journey.get_absolute_url(), note="Please", role=False)
        outbox_drain()
        asking.access_grant(request=AccessRequest.objects.get(), actor=self.olga, role="viewer")
        outbox_drain()
        self.assertEqual([sent.to for sent in mail.outbox], [[self.olga.email], [self.otto.email]])
        self.assertIn("Please", mail.outbox[0].body)
        self.assertIn(self.journey.get_absolute_url(), mail.outbox[1].body)

    def test_declined_in_silence(self) -> None:
        asking.access_ask(user=self.otto, path=self.journey.get_absolute_url(), note="", role=False)
        asking.access_decline(request=AccessRequest.objects.get(), actor=self.olga)
        outbox_drain()
        self.assertEqual((mail.outbox, self.states()), ([], [("dropped", "gone")]))
