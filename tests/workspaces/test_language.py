from django.conf import settings
from django.urls import reverse

from tests.base import CastTestCase


class LanguageTests(CastTestCase):
    """French and English by browser, then by choice: a cookie for strangers, the account for members."""

    def language(self, **headers: str) -> str:
        response = self.client.get(
            reverse("account_login")
            if "_auth_user_id" not in self.client.session
            else reverse("journeys:list", args=["acme"]),
            headers=headers,
        )
        text = response.content.decode()
        return text.split('<html lang="')[1][:2]

    def choose(self, language: str, **data: str):
        return self.client.post(reverse("language-set"), {"language": language} | data)

    def test_the_browser_decides_first(self) -> None:
        self.assertEqual(self.language(), "en")
        self.assertEqual(self.language(**{"Accept-Language": "fr-CH, de;q=0.8"}), "fr")
        self.assertEqual(self.language(**{"Accept-Language": "de, fr;q=0.8, en;q=0.2"}), "fr")
        self.assertEqual(self.language(**{"Accept-Language": "de"}), "en")

    def test_a_stranger_keeps_the_choice_in_a_cookie(self) -> None:
        response = self.choose("fr", next="/accounts/login/")
        self.assertRedirects(response, "/accounts/login/", status_code=303)
        self.assertEqual(self.client.cookies[settings.LANGUAGE_COOKIE_NAME].value, "fr")
        self.assertEqual(self.language(**{"Accept-Language": "en"}), "fr")

    def test_a_member_keeps_it_in_the_account(self) -> None:
        self.client.force_login(self.vi)
        self.choose("fr")
        self.vi.refresh_from_db()
        self.assertEqual(self.vi.language, "fr")
        self.client.cookies.clear()
        self.client.force_login(self.vi)  # another browser
        self.assertEqual(self.language(**{"Accept-Language": "en"}), "fr")

    def test_an_unknown_language_changes_nothing(self) -> None:
        self.client.force_login(self.vi)
        self.choose("tlh")
        self.vi.refresh_from_db()
        self.assertEqual(self.vi.language, "")
        self.assertNotIn(settings.LANGUAGE_COOKIE_NAME, self.client.cookies)

    def test_never_to_another_site(self) -> None:
        self.assertEqual(self.choose("fr", next="https://evil.example/")["Location"], "/")
        self.assertEqual(self.choose("fr", next="//evil.example/")["Location"], "/")

    def test_a_link_changes_nothing(self) -> None:
        self.assertEqual(self.client.get(reverse("language-set")).status_code, 405)
