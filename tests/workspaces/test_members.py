from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from cxmap.workspaces import services
from cxmap.workspaces.models import ApiToken, Invitation, Membership, Role, User
from tests.base import CastTestCase


class InvitationTests(CastTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.olga)

    def invite(self, **data: str) -> str:
        """Return the link that the members page shows."""
        response = self.client.post(
            reverse("workspaces:invite", args=["acme"]), {"role": "editor", "email": ""} | data, follow=True
        )
        return response.context["invitations"][0][1]

    def role_of(self, user: User) -> str | None:
        membership = Membership.objects.filter(workspace=self.workspace, user=user).first()
        return membership.role if membership else None

    def test_it_works(self) -> None:
        link = self.invite()
        self.client.force_login(self.otto)
        page = self.client.get(link)
        self.assertContains(page, "Acme")
        self.assertIsNone(self.role_of(self.otto))  # looking is not joining
        self.client.post(link)
        self.assertEqual(self.role_of(self.otto), Role.EDITOR)
        invitation = Invitation.objects.get()
        self.assertEqual(invitation.accepted_by, self.otto)
        expires = invitation.expires_at - invitation.created_at
        self.assertAlmostEqual(expires.total_seconds(), timedelta(days=14).total_seconds(), delta=5)

    def test_a_stranger_signs_in_first(self) -> None:
        link = self.invite()
        self.client.logout()
        self.assertIn(reverse("account_login"), self.client.get(link)["Location"])

    def test_used_up(self) -> None:
        link = self.invite()
        self.client.force_login(self.otto)
        self.client.post(link)
        other = User.objects.create_user("other@example.org")
        self.client.force_login(other)
        self.assertEqual(self.client.get(link).status_code, 410)
        self.assertEqual(self.client.post(link).status_code, 410)
        self.assertIsNone(self.role_of(other))

    def test_expired(self) -> None:
        link = self.invite()
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        self.client.force_login(self.otto)
        self.assertEqual(self.client.get(link).status_code, 410)
        self.assertEqual(self.client.post(link).status_code, 410)
        self.assertIsNone(self.role_of(self.otto))

    def test_revoked(self) -> None:
        link = self.invite()
        self.client.post(reverse("workspaces:invitation-revoke", args=[Invitation.objects.get().pk]))
        self.client.force_login(self.otto)
        self.assertEqual(self.client.post(link).status_code, 410)
        self.assertIsNone(self.role_of(self.otto))

    def test_forged(self) -> None:
        link = self.invite()
        self.client.force_login(self.otto)
        self.assertEqual(self.client.get(link[:-4] + "AAA/").status_code, 404)
        self.assertEqual(self.client.get(reverse("workspaces:join", args=["nonsense"])).status_code, 404)

    def test_for_another_address(self) -> None:
        link = self.invite(email="Nora@example.org")
        self.client.force_login(self.otto)
        response = self.client.post(link)
        self.assertContains(response, "another e-mail address", status_code=410)
        self.assertIsNone(self.role_of(self.otto))
        nora = User.objects.create_user("nora@example.org")
        self.client.force_login(nora)
        self.client.post(link)
        self.assertEqual(self.role_of(nora), Role.EDITOR)

    def test_a_member_keeps_the_higher_role(self) -> None:
        link = self.invite(role="viewer")
        self.client.force_login(self.ed)
        self.client.post(link)
        self.assertEqual(self.role_of(self.ed), Role.EDITOR)

    def test_a_member_may_rise(self) -> None:
        link = self.invite(role="owner")
        self.client.force_login(self.vi)
        self.client.post(link)
        self.assertEqual(self.role_of(self.vi), Role.OWNER)

    def test_a_wrong_role_or_address_is_refused(self) -> None:
        for data in ({"role": "king"}, {"role": "viewer", "email": "nonsense"}):
            with self.subTest(data=data):
                response = self.client.post(reverse("workspaces:invite", args=["acme"]), data)
                self.assertEqual(response.status_code, 422)
        self.assertFalse(Invitation.objects.exists())

    def test_only_owners_see_links(self) -> None:
        link = self.invite()
        self.client.force_login(self.ed)
        response = self.client.get(reverse("workspaces:members", args=["acme"]))
        self.assertNotContains(response, link)
        self.assertContains(response, "olga@example.org")


class MemberTests(CastTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.olga)

    def membership(self, user: User) -> Membership:
        return Membership.objects.get(workspace=self.workspace, user=user)

    def set_role(self, user: User, role: str):
        url = reverse("workspaces:member-role", args=[self.membership(user).pk])
        return self.client.post(url, {"role": role}, follow=True)

    def test_it_works(self) -> None:
        self.set_role(self.vi, "analyst")
        self.assertEqual(self.membership(self.vi).role, Role.ANALYST)
        self.client.post(reverse("workspaces:member-remove", args=[self.membership(self.vi).pk]))
        self.assertFalse(Membership.objects.filter(workspace=self.workspace, user=self.vi).exists())

    def test_the_last_owner_stays(self) -> None:
        self.assertContains(self.set_role(self.olga, "viewer"), "A workspace needs an owner")
        self.assertEqual(self.membership(self.olga).role, Role.OWNER)
        response = self.client.post(
            reverse("workspaces:member-remove", args=[self.membership(self.olga).pk]), follow=True
        )
        self.assertContains(response, "A workspace needs an owner")
        self.assertEqual(self.membership(self.olga).role, Role.OWNER)

    def test_with_a_second_owner_the_first_may_go(self) -> None:
        self.set_role(self.ed, "owner")
        self.client.post(reverse("workspaces:member-remove", args=[self.membership(self.olga).pk]))
        self.assertFalse(Membership.objects.filter(workspace=self.workspace, user=self.olga).exists())
        self.assertEqual(self.client.get(reverse("workspaces:members", args=["acme"])).status_code, 404)

    def test_someone_removed_loses_everything_at_once(self) -> None:
        _token, text = services.token_create(workspace=self.workspace, user=self.ed, actor=self.ed, role="editor")
        services.member_remove(membership=self.membership(self.ed), actor=self.olga)
        self.client.force_login(self.ed)
        self.assertEqual(self.client.get(reverse("journeys:list", args=["acme"])).status_code, 404)
        response = self.client.get("/api/v1/touchpoints/", headers={"Authorization": f"Token {text}"})
        self.assertEqual(response.status_code, 401)

    def test_otto_cannot_touch_members_of_acme(self) -> None:
        self.client.force_login(self.otto)
        for name in ("workspaces:member-role", "workspaces:member-remove"):
            with self.subTest(name=name):
                url = reverse(name, args=[self.membership(self.vi).pk])
                self.assertEqual(self.client.post(url, {"role": "owner"}).status_code, 404)


class TokenTests(CastTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.olga)
        self.url = reverse("workspaces:token-add", args=["acme"])

    def status(self, text: str, method: str = "get") -> int:
        response = getattr(self.client, method)(
            "/api/v1/segments/",
            {"code": "a-code", "name": "x"} if method == "post" else None,
            content_type="application/json",
            headers={"Authorization": f"Token {text}"},
        )
        return response.status_code

    def test_it_works(self) -> None:
        response = self.client.post(self.url, {"name": "Nightly export", "role": "viewer"})
        text = response.context["text"]
        self.assertTrue(text.startswith("cxm_"))
        self.assertContains(response, text)
        self.assertNotContains(self.client.get(reverse("workspaces:tokens", args=["acme"])), text)
        self.assertFalse(ApiToken.objects.filter(digest=text).exists())  # only the hash is kept
        self.assertEqual((self.status(text), self.status(text, "post")), (200, 403))
        self.assertIsNotNone(ApiToken.objects.get().last_used_on)

    def test_revoked(self) -> None:
        text = self.client.post(self.url, {"name": "x", "role": "editor"}).context["text"]
        self.assertEqual(self.status(text), 200)
        self.client.post(reverse("workspaces:token-revoke", args=[ApiToken.objects.get().pk]))
        self.assertEqual(self.status(text), 401)

    def test_the_role_falls_with_the_member(self) -> None:
        _token, text = services.token_create(workspace=self.workspace, user=self.ed, actor=self.ed, role="editor")
        self.assertEqual(self.status(text, "post"), 201)
        services.member_set_role(
            membership=Membership.objects.get(workspace=self.workspace, user=self.ed), actor=self.olga, role="viewer"
        )
        self.assertEqual((self.status(text), self.status(text, "post")), (200, 403))

    def test_never_more_than_the_member(self) -> None:
        with self.assertRaisesMessage(services.CxmapError, "more rights than the member"):
            services.token_create(workspace=self.workspace, user=self.vi, actor=self.vi, role="editor")

    def test_of_a_person_who_was_switched_off(self) -> None:
        _token, text = services.token_create(workspace=self.workspace, user=self.ed, actor=self.ed, role="editor")
        User.objects.filter(pk=self.ed.pk).update(is_active=False)
        self.assertEqual(self.status(text), 401)
