"""Category and channel from the name (A20): measured on names as people write them, in both languages."""

from django.urls import reverse

from tests.touchpoints.base import LibraryTestCase
from touchpoints.models import Channel
from touchpoints.services import touchpoint_named
from touchpoints.suggestions import guess

# name: category, channel. Names that the table gets wrong stay in, so that the share is honest.
NAMES = {
    "Publicité Facebook": ("marketing", "advertisement"),
    "Affiche dans le métro": ("marketing", "advertisement"),
    "Bannière sur un site partenaire": ("marketing", "advertisement"),
    "Spot télé du soir": ("marketing", "television"),
    "Spot radio local": ("marketing", "radio"),
    "Post Instagram": ("marketing", "social"),
    "Page LinkedIn de l'entreprise": ("marketing", "social"),
    "Newsletter mensuelle": ("marketing", "newsletter"),
    "E-mail de bienvenue": ("marketing", "email"),
    "E-mail de relance de panier": ("marketing", "email"),
    "Article de blog": ("marketing", "blog"),
    "Résultats Google": ("marketing", "seo"),
    "Campagne Google Ads": ("marketing", "sem"),
    "Conseil d'un ami": ("marketing", "word-of-mouth"),
    "Comparateur de prix": ("marketing", "research"),
    "Jeu-concours de Noël": ("marketing", "contest"),
    "Page produit": ("sales", "website"),
    "Page de paiement": ("sales", "website"),
    "Panier": ("sales", "website"),
    "Page d'accueil du site": ("sales", "website"),
    "Application mobile": ("sales", "website"),
    "Visite en magasin": ("sales", "shop"),
    "Passage en caisse": ("sales", "shop"),
    "Accueil en agence": ("sales", "shop"),
    "Appel commercial": ("sales", "phone"),
    "Chat avant achat": ("sales", "chat"),
    "Démonstration du produit": ("sales", "demonstration"),
    "Essai gratuit de 14 jours": ("sales", "demonstration"),
    "FAQ": ("service", "faq"),
    "Centre d'appels du soir": ("service", "call-centre"),
    "Appel au service client": ("service", "call-centre"),
    "E-mail au service client": ("service", "email"),
    "Chat d'assistance": ("service", "chat"),
    "Réclamation sur Twitter": ("service", "social"),
    "Forum d'entraide": ("service", "forum"),
    "Espace client": ("service", "self-service"),
    "Suivi de commande": ("service", "self-service"),
    "Enquête de satisfaction": ("service", "survey"),
    "Retour en magasin": ("service", "shop"),
    "Tutoriel vidéo d'aide": ("service", "video"),
    "Ouverture du colis": ("product", "packaging"),
    "Mode d'emploi": ("product", "documentation"),
    "Première utilisation de la machine": ("product", "product-use"),
    "Formation à la prise en main": ("product", "training"),
    "Facture": ("product", "documentation"),
    "Facebook ad": ("marketing", "advertisement"),
    "Billboard on the motorway": ("marketing", "advertisement"),
    "TV commercial": ("marketing", "television"),
    "Podcast sponsorship": ("marketing", "radio"),
    "Instagram story": ("marketing", "social"),
    "Monthly newsletter": ("marketing", "newsletter"),
    "Abandoned basket e-mail": ("marketing", "email"),
    "Buying guide": ("marketing", "blog"),
    "Search engine result": ("marketing", "seo"),
    "Google Ads campaign": ("marketing", "sem"),
    "Online reviews": ("marketing", "word-of-mouth"),
    "Home page": ("sales", "website"),
    "Checkout": ("sales", "website"),
    "Online booking": ("sales", "website"),
    "Shop window": ("sales", "shop"),
    "Fitting room": ("sales", "shop"),
    "Sales call": ("sales", "phone"),
    "Chat before buying": ("sales", "chat"),
    "Product demo at the fair": ("sales", "demonstration"),
    "Call centre": ("service", "call-centre"),
    "Call with an agent": ("service", "call-centre"),
    "Support e-mail": ("service", "email"),
    "Help by chat": ("service", "chat"),
    "Complaint on Facebook": ("service", "social"),
    "Community forum": ("service", "forum"),
    "Customer portal": ("service", "self-service"),
    "Parcel tracking": ("service", "self-service"),
    "NPS survey": ("service", "survey"),
    "Return to the store": ("service", "shop"),
    "Unboxing": ("product", "packaging"),
    "User manual": ("product", "documentation"),
    "First use": ("product", "product-use"),
    "Delivery by courier": ("product", "product-use"),
    "Onboarding training": ("product", "training"),
    "Repair by a technician": ("service", ""),
    "Rendez-vous avec un conseiller": ("sales", "shop"),
    "Courrier de relance d'impayé": ("service", ""),
    "Kiosk at the entrance": ("sales", "tablet"),
    "SMS de livraison": ("product", "chat"),
}
FLOOR = 0.9


def codes(name: str) -> tuple[str, str]:
    found = guess(name)
    return found.category, found.channel


class GuessTests(LibraryTestCase):
    def test_most_names_say_what_they_are(self) -> None:
        self.assertGreaterEqual(len(NAMES), 60)
        right = {name for name, expected in NAMES.items() if codes(name) == expected}
        wrong = {name: guess(name) for name in NAMES if name not in right}
        self.assertGreaterEqual(len(right) / len(NAMES), FLOOR, wrong)

    def test_words_are_whole_words(self) -> None:
        for name in ("Adresse", "Appartement", "Radiologie", "Sitelle", "Formalité", "Chatelet"):
            with self.subTest(name=name):
                self.assertEqual(guess(name).channel, "")

    def test_accents_and_capitals_do_not_matter(self) -> None:
        self.assertEqual(guess("DEMONSTRATION"), guess("démonstration"))

    def test_it_says_why(self) -> None:
        self.assertEqual(guess("Call centre of the evening").because, ("call centre",))
        self.assertEqual(guess("E-mail au service client").because, ("e-mail", "service client"))

    def test_nothing_said_is_no_guess(self) -> None:
        self.assertEqual((guess("Moment X").channel, guess("Moment X").category), ("", ""))

    def test_while_typing(self) -> None:
        self.client.force_login(self.ed)
        url = reverse("touchpoints:suggestion", args=["acme"])
        answer = self.client.get(url, {"name": "Call centre of the evening"})
        self.assertContains(answer, "Customer service")
        self.assertContains(answer, "because the name says “call centre”")
        self.assertContains(answer, f'data-channel="{self.channel("call-centre").pk}"')
        self.assertNotContains(self.client.get(url, {"name": "Moment X"}), "because")
        self.assertEqual(self.client.get(url).status_code, 200)

    def test_what_the_workspace_calls_a_channel_comes_first(self) -> None:
        Channel.objects.filter(pk=self.channel("forum").pk).update(name_fr="La Ruche", name_en="The Hive")
        self.client.force_login(self.ed)
        answer = self.client.get(reverse("touchpoints:suggestion", args=["acme"]), {"name": "Question à la Ruche"})
        self.assertContains(answer, f'data-channel="{self.channel("forum").pk}"')

    def test_typed_on_a_map(self) -> None:
        made = touchpoint_named(workspace=self.workspace, actor=self.ed, name="Aide par chat", like=self.desk)
        self.assertEqual((made.category.code, made.channel.code), ("service", "chat"))
        made = touchpoint_named(workspace=self.workspace, actor=self.ed, name="Moment X", like=self.desk)
        self.assertEqual((made.category.code, made.channel.code), ("service", "shop"))
        made = touchpoint_named(workspace=self.workspace, actor=self.ed, name="Moment Y")
        self.assertEqual((made.category.code, made.channel.code), ("sales", "website"))
