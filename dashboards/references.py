"""Figures that the two guides cite without an address where they could be checked (A60, B5, B11).

They are texts. Nothing here is ever computed with, compared with a measure, or taken for a target.
"""

from dataclasses import dataclass

from django.utils.translation import get_language, gettext

GUIDES = {
    "A": ("guide des points de contact", "touchpoint guide"),
    "B": ("guide Voxco de l’expérience client", "Voxco guide to customer experience"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in both languages. `line` is that of the guide's text; `who` is whom the guide names."""

    key: str
    guide: str  # A or B
    line: int
    number_fr: str
    number_en: str
    says_fr: str
    says_en: str
    who_fr: str
    who_en: str
    topic_fr: str
    topic_en: str

    def _local(self, field: str) -> str:
        return getattr(self, f"{field}_{'fr' if (get_language() or '').startswith('fr') else 'en'}")

    @property
    def number(self) -> str:
        return self._local("number")

    @property
    def says(self) -> str:
        return self._local("says")

    @property
    def who(self) -> str:
        return self._local("who")

    @property
    def topic(self) -> str:
        return self._local("topic")

    @property
    def title(self) -> str:
        return f"{self.number} · {self.topic} ({self.who})"

    @property
    def attribution(self) -> str:
        """Who is named, and where the guide does so."""
        guide = GUIDES[self.guide][0 if (get_language() or "").startswith("fr") else 1]
        return gettext("%(who)s, according to the %(guide)s, line %(line)s") % {
            "who": self.who,
            "guide": guide,
            "line": self.line,
        }


def label() -> str:
    """What stands beside every one of them."""
    return gettext("cited by the guide, not verified")


FIGURES = (
    Figure(
        "walker", "A", 1, "86 %", "86%",
        "des consommateurs sont prêts à payer plus pour une meilleure expérience client.",
        "of consumers are ready to pay more for a better customer experience.",
        "Walker Info", "Walker Info", "prix et expérience", "price and experience",
    ),
    Figure(
        "gen-z", "A", 7, "65 %", "65%",
        "de la génération Z préfère interagir avec les marques par les réseaux sociaux.",
        "of Generation Z prefer to interact with brands on social networks.",
        "une étude non nommée", "an unnamed study", "canaux préférés", "preferred channels",
    ),
    Figure(
        "google", "A", 7, "72 %", "72%",
        "des consommateurs font des recherches en ligne avant d’acheter un produit en magasin.",
        "of consumers search online before they buy a product in a shop.",
        "Google", "Google", "recherche avant achat", "research before purchase",
    ),
    Figure(
        "bain", "A", 35, "15 %", "15%",
        "de hausse de la personnalisation des offres a un effet sur le panier moyen.",
        "more personalisation of offers has an effect on the average basket.",
        "Bain & Company", "Bain & Company", "personnalisation et panier", "personalisation and basket",
    ),
    Figure(
        "accenture-decision", "A", 35, "55 %", "55%",
        "des consommateurs disent qu’une offre personnalisée influence leur décision d’achat.",
        "of consumers say that a personalised offer influences their decision to buy.",
        "Accenture", "Accenture", "personnalisation et décision", "personalisation and decision",
    ),
    Figure(
        "accenture-purchase", "A", 35, "80 %", "80%",
        "des clients achètent plus volontiers à une entreprise qui propose des expériences personnalisées.",
        "of customers are more likely to buy from a company that offers personalised experiences.",
        "Accenture", "Accenture", "personnalisation et achat", "personalisation and purchase",
    ),
    Figure(
        "forrester", "A", 54, "75 %", "75%",
        "des clients estiment que la rapidité du service est un facteur clé de leur satisfaction.",
        "of customers hold the speed of service to be a key factor of their satisfaction.",
        "Forrester", "Forrester", "rapidité du service", "speed of service",
    ),
    Figure(
        "hbr", "A", 58, "+23 %", "+23%",
        "de chiffre d’affaires peut venir d’un parcours client omnicanal.",
        "revenue may come from an omnichannel customer journey.",
        "Harvard Business Review", "Harvard Business Review", "parcours omnicanal", "omnichannel journey",
    ),
    Figure(
        "mckinsey", "A", 64, "+10 %", "+10%",
        "de satisfaction peut venir d’une réponse rapide et efficace aux questions.",
        "satisfaction may come from quick and effective answers to questions.",
        "McKinsey", "McKinsey", "délai de réponse", "response time",
    ),
    Figure(
        "microsoft", "A", 64, "90 %", "90%",
        "des clients considèrent le service client comme décisif dans leur fidélité à une marque.",
        "of customers hold customer service to be decisive for their loyalty to a brand.",
        "Microsoft", "Microsoft", "service et fidélité", "service and loyalty",
    ),
    Figure(
        "epsilon", "A", 66, "+10 à +15 %", "+10 to +15%",
        "de ventes peuvent venir de la personnalisation.",
        "sales may come from personalisation.",
        "Epsilon", "Epsilon", "personnalisation et ventes", "personalisation and sales",
    ),
    Figure(
        "temkin", "A", 70, "+20 %", "+20%",
        "de taux de satisfaction client peut venir de l’optimisation des points de contact.",
        "customer satisfaction may come from optimising touchpoints.",
        "Temkin Group", "Temkin Group", "effet des points de contact", "effect of touchpoints",
    ),
    Figure(
        "adobe", "B", 33, "56 %", "56%",
        "des répondants se sentent plus fidèles aux marques qui « me comprennent » et connaissent leurs priorités.",
        "of respondents feel more loyal to brands that “get me” and understand their priorities.",
        "Adobe CMO blog, 15 Mind-Blowing Stats About Loyalty (note 1 du guide)",
        "Adobe CMO blog, 15 Mind-Blowing Stats About Loyalty (footnote 1 of the guide)",
        "compréhension et fidélité", "understanding and loyalty",
    ),
    Figure(
        "gma-referral", "B", 83, "1 sur 3", "1 in 3",
        "personne découvre une marque par une recommandation.",
        "people is introduced to a brand by a recommendation.",
        "Brand Advocacy and Social Media, GMA Conference, 11 déc. 2009 (note 2 du guide)",
        "Brand Advocacy and Social Media, GMA Conference, 11 Dec 2009 (footnote 2 of the guide)",
        "recommandation", "recommendation",
    ),
    Figure(
        "gma-retention", "B", 83, "37 %", "37%",
        "de taux de rétention chez les clients recommandés par des clients fidèles.",
        "is the retention rate of customers whom loyal customers recommended.",
        "Brand Advocacy and Social Media, GMA Conference, 11 déc. 2009 (note 2 du guide)",
        "Brand Advocacy and Social Media, GMA Conference, 11 Dec 2009 (footnote 2 of the guide)",
        "rétention", "retention",
    ),
)  # fmt: skip
BY_KEY = {figure.key: figure for figure in FIGURES}
