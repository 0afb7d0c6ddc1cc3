import re

from django.core import mail
from django.test import override_settings
from django.urls import reverse

from cxmap.workspaces.models import User
from cxmap.workspaces.services import workspace_create
from tests.base import CastTestCase

PASSWORD = "long-enough-and-odd-42"


class SignUpTests(CastTestCase):
    def setUp(self) -> None:
        self.data = {"name": "Nora", "email": "Nora@Example.org", "password1": PASSWORD, "password2": PASSWORD}

    def test_it_works(self) -> None:
        response = self.client.post(reverse("account_signup"), self.data)
        self.assertEqual(response.status_code, 302)
        nora = User.objects.get(email="nora@example.org")
        self.assertEqual(nora.name, "Nora")
        self.assertFalse(nora.memberships.exists())  # nobody is let into a workspace by signing up
        self.assertContains(self.client.get(reverse("start")), reverse("workspaces:add"))

    def test_refusals(self) -> None:
        for changes in (
            {"name": ""},
            {"email": "nonsense"},
            {"password1": "short", "password2": "short"},
            {"password1": "password123", "password2": "password123"},
            {"password2": "different-and-odd-42"},
        ):
            with self.subTest(changes=changes):
                response = self.client.post(reverse("account_signup"), self.data | changes)
                self.assertNotEqual(response.status_code, 302)
        self.assertFalse(User.objects.filter(email="nora@example.org").exists())

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")  # as on a server
    def test_an_address_that_exists_is_not_disclosed(self) -> None:
        known = self.client.post(reverse("account_signup"), self.data | {"email": "olga@example.org"})
        self.client.logout()
        fresh = self.client.post(reverse("account_signup"), self.data)
        self.assertEqual(User.objects.filter(email__iexact="olga@example.org").count(), 1)
        self.assertEqual(known.status_code, fresh.status_code)


class SignInTests(CastTestCase):
    def setUp(self) -> None:
        self.olga.set_password(PASSWORD)
        self.olga.save(update_fields=["password"])

    def sign_in(self, **changes: str):
        data = {"login": "olga@example.org", "password": PASSWORD} | changes
        return self.client.post(reverse("account_login"), data)

    def test_it_works(self) -> None:
        self.assertRedirects(self.sign_in(), reverse("start"), fetch_redirect_response=False)
        self.assertRedirects(
            self.client.get(reverse("start")), self.workspace.get_absolute_url(), fetch_redirect_response=False
        )

    def test_capitals_in_the_address_do_not_matter(self) -> None:
        self.assertEqual(self.sign_in(login="OLGA@example.org").status_code, 302)

    def test_refusals(self) -> None:
        for changes in ({"password": "wrong"}, {"login": "nobody@example.org"}):
            with self.subTest(changes=changes):
                self.assertNotEqual(self.sign_in(**changes).status_code, 302)
        self.olga.is_active = False
        self.olga.save(update_fields=["is_active"])
        self.sign_in()
        self.assertNotIn("_auth_user_id", self.client.session)

    def test_sign_out_needs_a_post(self) -> None:
        self.sign_in()
        self.client.get(reverse("account_logout"))
        self.assertIn("_auth_user_id", self.client.session)
        self.client.post(reverse("account_logout"))
        self.assertNotIn("_auth_user_id", self.client.session)

    def test_one_comes_back_to_the_page_that_asked(self) -> None:
        target = reverse("journeys:list", args=["acme"])
        asked = self.client.get(target)
        self.assertRedirects(asked, f"{reverse('account_login')}?next={target}")
        self.assertRedirects(self.sign_in(next=target), target, fetch_redirect_response=False)

    def test_never_to_another_site(self) -> None:
        response = self.sign_in(next="https://evil.example/")
        self.assertRedirects(response, reverse("start"), fetch_redirect_response=False)

    def test_several_workspaces_give_a_choice(self) -> None:
        workspace_create(name="Second", owner=self.olga)
        self.sign_in()
        response = self.client.get(reverse("start"))
        self.assertContains(response, "Acme")
        self.assertContains(response, "Second")


class PasswordResetTests(CastTestCase):
    def test_it_works(self) -> None:
        self.client.post(reverse("account_reset_password"), {"email": "olga@example.org"})
        self.assertEqual([message.to for message in mail.outbox], [["olga@example.org"]])
        link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[0].body)
        self.assertIsNotNone(link)
        page = self.client.get(link[1], follow=True)
        self.assertEqual(page.status_code, 200)
        self.client.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
        self.olga.refresh_from_db()
        self.assertTrue(self.olga.check_password(PASSWORD))
        self.assertContains(self.client.get(link[1], follow=True), "")  # used up: a page, not an error
        self.client.post(
            page.request["PATH_INFO"], {"password1": "another-odd-one-42", "password2": "another-odd-one-42"}
        )
        self.olga.refresh_from_db()
        self.assertTrue(self.olga.check_password(PASSWORD))

    def test_an_unknown_address_gets_the_same_answer(self) -> None:
        known = self.client.post(reverse("account_reset_password"), {"email": "olga@example.org"})
        unknown = self.client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
        self.assertEqual((known.status_code, known["Location"]), (unknown.status_code, unknown["Location"]))


class DemoSignInTests(CastTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        demo = User.objects.create_user("demo@cxmap.local", "demo", name="Demo")
        workspace_create(name="Demo", owner=demo, slug="demo", fictional=True)

    def test_it_works(self) -> None:
        response = self.client.post(reverse("demo-enter"), headers={"Accept-Language": "fr"})
        self.assertRedirects(response, "/w/demo/", status_code=303, fetch_redirect_response=False)
        self.assertContains(self.client.get(reverse("journeys:list", args=["demo"])), "fictional company")

    def test_a_link_alone_signs_nobody_in(self) -> None:
        self.assertEqual(self.client.get(reverse("demo-enter")).status_code, 405)

    @override_settings(DEMO_SIGN_IN=False)
    def test_on_a_server_there_is_no_such_door(self) -> None:
        self.assertEqual(self.client.post(reverse("demo-enter")).status_code, 404)
        self.assertNotContains(self.client.get(reverse("start")), reverse("demo-enter"))
