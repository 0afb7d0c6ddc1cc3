"""What the fictional retailer is made of. Every text is a pair (French, English); every figure is invented."""

from dataclasses import dataclass, field

Pair = tuple[str, str]

COMPANY: Pair = ("Brûlerie Valmarin (démonstration)", "Valmarin Roasters (demonstration)")

ECOMMERCE: Pair = ("Équipe e-commerce", "E-commerce team")
MARKETING: Pair = ("Marketing", "Marketing")
SERVICE: Pair = ("Service client", "Customer service")
SHOPS: Pair = ("Réseau de magasins", "Shop network")
LOGISTICS: Pair = ("Logistique", "Logistics")
PRODUCT: Pair = ("Produit", "Product")


@dataclass(frozen=True, slots=True)
class PersonaText:
    code: str
    name: str
    tagline: Pair
    quote: Pair
    summary: Pair
    share: int
    traits: dict[str, Pair]
    evidence: tuple[tuple[str, str, Pair, int], ...]  # field, kind, title, people asked


PERSONAS = (
    PersonaText(
        code="claire",
        name="Claire",
        tagline=("34 ans, pressée", "34, in a hurry"),
        quote=(
            "« Si je dois créer un compte, je vais ailleurs. »",
            "“If I have to create an account, I go elsewhere.”",
        ),
        summary=(
            "Achète en ligne le soir, depuis son téléphone, et compare peu : elle veut être sûre de ne pas se tromper.",
            "Buys online in the evening, on her phone, and compares little: she wants to be sure not to be wrong.",
        ),
        share=46,
        traits={
            "age": ("30 à 39 ans", "30 to 39"),
            "sex": ("Femme", "Woman"),
            "place": ("Grande ville", "Large city"),
            "values": ("Gagner du temps, éviter le gaspillage", "Saving time, avoiding waste"),
            "interests": ("Cuisine du quotidien, séries", "Everyday cooking, series"),
            "lifestyle": ("Deux enfants, télétravail partiel", "Two children, partly works from home"),
            "purchase_habits": (
                "Achète sur téléphone, lit les avis, paie en une fois",
                "Buys by phone, reads reviews, pays at once",
            ),
            "product_use": ("Deux cafés par jour, en capsules", "Two coffees a day, capsules"),
            "goals": ("Commander en moins de cinq minutes", "Order in less than five minutes"),
            "frustrations": ("Comptes obligatoires, frais cachés", "Compulsory accounts, hidden fees"),
        },
        evidence=(
            (
                "purchase_habits",
                "data",
                ("Parcours de 14 000 visites par semaine", "Paths of 14,000 visits a week"),
                14000,
            ),
            ("frustrations", "survey", ("Enquête après abandon de panier", "Survey after an abandoned basket"), 212),
            ("goals", "interview", ("Huit entretiens de clientes", "Eight interviews of customers"), 8),
        ),
    ),
    PersonaText(
        code="marc",
        name="Marc",
        tagline=("58 ans, amateur exigeant", "58, demanding amateur"),
        quote=(
            "« Je veux parler à quelqu'un qui connaît la machine. »",
            "“I want to talk to someone who knows the machine.”",
        ),
        summary=(
            "Vient en magasin, demande conseil et garde ses machines dix ans. Téléphone quand quelque chose ne va pas.",
            "Comes to the shop, asks for advice and keeps his machines for ten years. Phones when something is wrong.",
        ),
        share=31,
        traits={
            "age": ("50 à 64 ans", "50 to 64"),
            "sex": ("Homme", "Man"),
            "place": ("Ville moyenne", "Medium-sized town"),
            "values": ("La qualité qui dure", "Quality that lasts"),
            "interests": ("Torréfaction, bricolage", "Roasting, repairing things"),
            "lifestyle": ("Enfants partis, reçoit souvent", "Children gone, often has guests"),
            "purchase_habits": ("Essaie en magasin, achète sur conseil", "Tries in the shop, buys on advice"),
            "product_use": ("Machine à grains, entretien régulier", "Bean machine, regular upkeep"),
            "goals": ("Garder sa machine en bon état", "Keep his machine in good order"),
            "frustrations": ("Attente au téléphone, réponses vagues", "Waiting on the phone, vague answers"),
        },
        evidence=(
            ("frustrations", "data", ("Motifs de 640 appels", "Reasons of 640 calls"), 640),
            ("purchase_habits", "interview", ("Six entretiens en magasin", "Six interviews in shops"), 6),
        ),
    ),
    PersonaText(
        code="ines",
        name="Inès",
        tagline=("24 ans, étudiante", "24, student"),
        quote=("« Je demande d'abord à mes amis. »", "“I ask my friends first.”"),
        summary=(
            "Découvre les marques sur les réseaux sociaux, attend les promotions et recommande volontiers.",
            "Discovers brands on social networks, waits for offers and likes to recommend.",
        ),
        share=23,
        traits={
            "age": ("18 à 25 ans", "18 to 25"),
            "sex": ("Femme", "Woman"),
            "place": ("Ville étudiante", "University town"),
            "values": ("Petit prix, transparence", "Low price, openness"),
            "interests": ("Vidéos courtes, cafés de quartier", "Short videos, neighbourhood cafés"),
            "lifestyle": ("Colocation", "Shared flat"),
            "purchase_habits": ("Compare, attend une réduction", "Compares, waits for a discount"),
            "product_use": ("Cafetière à piston partagée", "Shared French press"),
            "goals": ("Bien choisir avec peu de budget", "Choose well on a small budget"),
            "frustrations": ("Frais de livraison, jargon", "Delivery fees, jargon"),
        },
        evidence=(("interests", "survey", ("Enquête de rentrée", "Start-of-term survey"), 180),),
    ),
)


@dataclass(frozen=True, slots=True)
class TouchpointText:
    code: str
    name: Pair
    category: str
    channel: str
    phase: str
    owner: Pair


def _t(code: str, fr: str, en: str, category: str, channel: str, phase: str, owner: Pair) -> TouchpointText:
    return TouchpointText(code, (fr, en), category, channel, phase, owner)


TOUCHPOINTS = (
    _t(
        "ad-social",
        "Publicité sur les réseaux sociaux",
        "Social network ad",
        "marketing",
        "advertisement",
        "before",
        MARKETING,
    ),
    _t("ad-search", "Annonce dans les moteurs de recherche", "Search ad", "marketing", "sem", "before", MARKETING),
    _t("search-result", "Résultat de recherche", "Search result", "marketing", "seo", "before", MARKETING),
    _t("tv-spot", "Spot télévisé", "Television spot", "marketing", "television", "before", MARKETING),
    _t("radio-spot", "Chronique radio", "Radio feature", "marketing", "radio", "before", MARKETING),
    _t(
        "blog-guide",
        "Guide « Quelle cafetière choisir »",
        "Guide “Which coffee machine”",
        "marketing",
        "blog",
        "before",
        MARKETING,
    ),
    _t("video-demo", "Vidéo de démonstration", "Demonstration video", "marketing", "video", "before", MARKETING),
    _t("newsletter", "Lettre d'information", "Newsletter", "marketing", "newsletter", "before", MARKETING),
    _t("welcome-mail", "E-mail de bienvenue", "Welcome e-mail", "marketing", "email", "during", MARKETING),
    _t("contest", "Jeu-concours de rentrée", "Autumn contest", "marketing", "contest", "before", MARKETING),
    _t("friends", "Conseil d'un proche", "Advice of a friend", "marketing", "word-of-mouth", "before", MARKETING),
    _t("reviews", "Avis lus en ligne", "Reviews read online", "marketing", "research", "before", MARKETING),
    _t("home-page", "Page d'accueil", "Home page", "sales", "website", "before", ECOMMERCE),
    _t("product-page", "Page produit", "Product page", "sales", "website", "during", ECOMMERCE),
    _t("comparison", "Comparateur de cafetières", "Machine comparison", "sales", "website", "before", ECOMMERCE),
    _t("basket", "Panier", "Basket", "sales", "website", "during", ECOMMERCE),
    _t("payment-page", "Page de paiement", "Payment page", "sales", "website", "during", ECOMMERCE),
    _t("sales-chat", "Chat en ligne avant achat", "Online chat before buying", "sales", "chat", "before", SERVICE),
    _t("shop-visit", "Visite en magasin", "Shop visit", "sales", "shop", "during", SHOPS),
    _t("shop-demo", "Démonstration en magasin", "Demonstration in the shop", "sales", "demonstration", "before", SHOPS),
    _t("shop-tablet", "Tablette vendeur", "Sales assistant's tablet", "sales", "tablet", "during", SHOPS),
    _t("sales-call", "Appel d'un conseiller", "Call of an adviser", "sales", "phone", "before", SHOPS),
    _t("order-mail", "E-mail de confirmation", "Confirmation e-mail", "service", "email", "after", ECOMMERCE),
    _t("faq", "FAQ", "FAQ", "service", "faq", "after", SERVICE),
    _t("call-centre", "Centre d'appels", "Call centre", "service", "call-centre", "after", SERVICE),
    _t("service-mail", "E-mail du service client", "Customer service e-mail", "service", "email", "after", SERVICE),
    _t("service-chat", "Chat du service client", "Customer service chat", "service", "chat", "after", SERVICE),
    _t(
        "social-care",
        "Réponses sur les réseaux sociaux",
        "Answers on social networks",
        "service",
        "social",
        "after",
        SERVICE,
    ),
    _t("forum", "Forum des passionnés", "Enthusiasts' forum", "service", "forum", "after", SERVICE),
    _t(
        "parcel-tracking",
        "Suivi de colis en libre-service",
        "Self-service parcel tracking",
        "service",
        "self-service",
        "after",
        LOGISTICS,
    ),
    _t("nps-survey", "Enquête annuelle", "Yearly survey", "service", "survey", "after", SERVICE),
    _t("repair-desk", "Comptoir de réparation", "Repair desk", "service", "shop", "after", SHOPS),
    _t(
        "repair-call",
        "Prise de rendez-vous de réparation",
        "Booking of a repair",
        "service",
        "call-centre",
        "after",
        SERVICE,
    ),
    _t("delivery", "Livraison du colis", "Parcel delivery", "product", "packaging", "after", LOGISTICS),
    _t("unboxing", "Ouverture du carton", "Opening the box", "product", "packaging", "after", PRODUCT),
    _t("first-coffee", "Premier café", "First coffee", "product", "product-use", "after", PRODUCT),
    _t("manual", "Notice de démarrage", "Quick-start manual", "product", "documentation", "after", PRODUCT),
    _t("descaling", "Détartrage", "Descaling", "product", "product-use", "after", PRODUCT),
    _t("barista-class", "Atelier barista", "Barista class", "product", "training", "after", SHOPS),
    _t("spare-parts", "Commande de pièces", "Ordering spare parts", "product", "documentation", "after", PRODUCT),
)


@dataclass(frozen=True, slots=True)
class Device:
    """Part of the customers of a measure: its share of the base and its level, before and in the last `since` weeks."""

    name: str
    share: float
    level: float
    since: int
    new_share: float
    new_level: float


@dataclass(frozen=True, slots=True)
class Figures:
    """A year of one KPI on one touchpoint.

    `level` is a share, a mean score, seconds or promoter share; `weekly` the base a week; `since` holds
    (weeks before the last closed one, new level), oldest first.
    """

    touchpoint: str
    kpi: str
    level: float
    weekly: int
    target: float | None = None
    since: tuple[tuple[int, float], ...] = ()
    direction: str = ""
    later: bool = False
    weeks: int = 52  # how long the measure has existed
    source: str = "web"
    devices: tuple[Device, ...] = ()  # levels of their own, in place of `level`


# A campaign brings people with telephones, who leave the home page sooner, as they always did: nobody's page is worse.
MORE_MOBILE = (Device("desktop", 0.62, 0.315, 2, 0.44, 0.315), Device("mobile", 0.38, 0.495, 2, 0.56, 0.495))
# The payment page breaks on telephones only.
MOBILE_BROKEN = (Device("desktop", 0.5, 0.0257, 2, 0.5, 0.0229), Device("mobile", 0.5, 0.0135, 2, 0.5, 0.0045))

FIGURES = (
    Figures("ad-social", "ctr", 0.0182, 182_400, 0.015, source="ads"),
    Figures("ad-search", "ctr", 0.041, 38_200, 0.035, source="ads"),
    Figures("blog-guide", "time-on-page", 74, 9_310, 90, since=((3, 102),), direction="higher"),
    Figures("newsletter", "open-rate", 0.262, 21_500, 0.25, source="mail"),
    Figures("welcome-mail", "open-rate", 0.41, 1_240, 0.35, source="mail"),
    Figures("home-page", "bounce-rate", 0.382, 46_000, 0.42, devices=MORE_MOBILE),
    Figures("comparison", "bounce-rate", 0.61, 22_018, 0.45),
    Figures("product-page", "add-to-cart-rate", 0.079, 22_018, 0.08),
    Figures("product-page", "time-on-page", 71, 22_018, direction="higher"),
    Figures("sales-chat", "csat", 4.32, 412, 0.78, source="survey"),
    Figures("payment-page", "purchase-rate", 0.0196, 14_000, 0.018, since=((2, 0.0137),), devices=MOBILE_BROKEN),
    Figures("payment-page", "csat", 3.9, 190, 0.7, since=((2, 3.05),), source="survey"),
    Figures("shop-visit", "csat", 4.45, 260, 0.8, source="survey"),
    Figures("shop-demo", "purchase-rate", 0.34, 320, 0.3, source="desk"),
    Figures("order-mail", "open-rate", 0.71, 1_010, source="mail"),
    Figures("delivery", "ces", 6.0, 208, 5.5, source="survey"),
    Figures("unboxing", "csat", 4.4, 150, 0.75, source="survey"),
    Figures("first-coffee", "csat", 4.1, 120, source="survey", later=True),
    Figures("call-centre", "fcr", 0.718, 640, 0.7, since=((3, 0.581),), source="calls"),
    Figures("call-centre", "call-abandonment", 0.118, 760, 0.08, source="calls"),
    Figures("call-centre", "csat", 3.35, 300, 0.6, source="survey"),
    Figures("service-mail", "response-time", 15_800, 430, 21_600, since=((4, 11_900),), source="calls"),
    Figures("service-chat", "csat", 4.2, 230, 0.75, source="survey"),
    Figures("faq", "bounce-rate", 0.47, 5_400, 0.5),
    Figures("repair-call", "fcr", 0.82, 180, 0.8, source="calls"),
    Figures("repair-desk", "csat", 4.3, 64, 0.75, source="desk"),
    Figures("nps-survey", "nps", 34, 300, 30, source="survey"),
    Figures("barista-class", "nps", 52, 7, 30, source="desk"),
)


@dataclass(frozen=True, slots=True)
class StepText:
    name: Pair
    action: Pair
    thought: Pair
    believed: float | None
    touchpoints: tuple[str, ...] = ()
    source: Pair = ("", "")  # of the thought, when it is a real quotation
    goal: Pair = ("", "")
    decisive: bool = False


@dataclass(frozen=True, slots=True)
class JourneyText:
    name: Pair
    owner: Pair
    scenario: Pair
    expectation: Pair
    success: Pair
    personas: tuple[str, ...]
    methods: tuple[str, ...]
    aims: tuple[str, ...]
    stages: tuple[tuple[str, tuple[StepText, ...]], ...]  # key of the six-stage blueprint, steps
    review_in_days: int = 30
    solutions: tuple[str, ...] = field(default=())


BUYING = JourneyText(
    name=("Acheter une cafetière en ligne", "Buying a coffee machine online"),
    owner=ECOMMERCE,
    scenario=(
        "La cafetière de Claire tombe en panne un dimanche soir ; elle en veut une nouvelle avant la fin de la semaine.",
        "Claire's coffee machine breaks down on a Sunday evening; she wants a new one before the end of the week.",
    ),
    expectation=(
        "Choisir sans se tromper, payer vite, être livrée à l'heure",
        "Choose well, pay fast, be delivered on time",
    ),
    success=("Taux d'achat et satisfaction après livraison", "Purchase rate and satisfaction after delivery"),
    personas=("claire", "ines"),
    methods=("workshop", "data", "interviews"),
    aims=("resources", "simplify"),
    stages=(
        (
            "need",
            (
                StepText(
                    ("Ressent le besoin", "Feels the need"),
                    ("Constate que sa cafetière fuit", "Notices that her machine leaks"),
                    ("Encore une panne…", "Broken again…"),
                    -1,
                    goal=("Retrouver son café du matin", "Get her morning coffee back"),
                ),
            ),
        ),
        (
            "awareness",
            (
                StepText(
                    ("Voit une publicité", "Sees an ad"),
                    ("Fait défiler son fil le soir", "Scrolls through her feed in the evening"),
                    ("Tiens, jolie.", "Oh, nice."),
                    0.5,
                    ("ad-social", "friends"),
                ),
                StepText(
                    ("Lit un guide", "Reads a guide"),
                    ("Cherche « quelle cafetière choisir »", "Searches “which coffee machine”"),
                    ("Enfin un comparatif clair.", "At last a clear comparison."),
                    1,
                    ("blog-guide", "search-result"),
                    source=("Entretien 3", "Interview 3"),
                ),
            ),
        ),
        (
            "evaluation",
            (
                StepText(
                    ("Compare les offres", "Compares the offers"),
                    ("Ouvre trois onglets", "Opens three tabs"),
                    ("Où est la consommation ?", "Where is the power consumption?"),
                    0.5,
                    ("comparison", "reviews"),
                    goal=("Être sûre de ne pas se tromper", "Be sure not to be wrong"),
                ),
                StepText(
                    ("Pose une question", "Asks a question"),
                    ("Demande la durée de garantie", "Asks how long the warranty lasts"),
                    ("Réponse en 40 secondes, bravo.", "Answered in 40 seconds, well done."),
                    1,
                    ("sales-chat",),
                    source=("Enquête du chat", "Chat survey"),
                ),
            ),
        ),
        (
            "purchase",
            (
                StepText(
                    ("Remplit le panier", "Fills the basket"),
                    ("Ajoute un modèle et un filtre", "Adds a machine and a filter"),
                    ("Et les frais de port ?", "And the delivery fee?"),
                    1,
                    ("product-page", "basket"),
                ),
                StepText(
                    ("Paie", "Pays"),
                    ("Hésite devant la création de compte", "Hesitates before creating an account"),
                    ("Pourquoi un compte ?", "Why an account?"),
                    0.5,
                    ("payment-page",),
                    source=("Enquête d'abandon de panier", "Abandoned-basket survey"),
                    goal=("Payer en une minute", "Pay in one minute"),
                    decisive=True,
                ),
            ),
        ),
        (
            "use",
            (
                StepText(
                    ("Reçoit le colis", "Receives the parcel"),
                    ("Ouvre le carton", "Opens the box"),
                    ("Bien emballé.", "Well packed."),
                    1.5,
                    ("delivery", "unboxing"),
                ),
                StepText(
                    ("Appelle le service", "Calls the service"),
                    ("Patiente neuf minutes", "Waits nine minutes"),
                    ("Personne ne répond.", "Nobody answers."),
                    0,
                    ("call-centre",),
                    source=("Verbatim d'appel", "Call verbatim"),
                ),
            ),
        ),
        (
            "loyalty",
            (
                StepText(
                    ("Recommande", "Recommends"),
                    ("En parle à une collègue", "Tells a colleague"),
                    ("Bon produit, mauvais service.", "Good product, poor service."),
                    1,
                    ("nps-survey", "newsletter"),
                ),
            ),
        ),
    ),
)

REPAIR = JourneyText(
    name=("Faire réparer sa machine", "Having a machine repaired"),
    owner=SERVICE,
    scenario=(
        "La machine à grains de Marc ne chauffe plus ; elle a six ans et il veut la garder.",
        "Marc's bean machine no longer heats; it is six years old and he wants to keep it.",
    ),
    expectation=(
        "Un interlocuteur compétent, un prix annoncé, un délai tenu",
        "A competent person, a known price, a kept date",
    ),
    success=(
        "Résolution au premier contact, satisfaction au comptoir",
        "First contact resolution, satisfaction at the desk",
    ),
    personas=("marc",),
    methods=("interviews", "data"),
    aims=("simplify",),
    stages=(
        (
            "need",
            (
                StepText(
                    ("Constate la panne", "Finds the fault"),
                    ("Essaie le détartrage", "Tries descaling"),
                    ("J'ai pourtant suivi la notice.", "Yet I followed the manual."),
                    -1,
                    ("descaling", "manual"),
                ),
            ),
        ),
        (
            "awareness",
            (
                StepText(
                    ("Cherche de l'aide", "Looks for help"),
                    ("Lit la FAQ et le forum", "Reads the FAQ and the forum"),
                    ("Rien sur mon modèle.", "Nothing about my model."),
                    -0.5,
                    ("faq", "forum"),
                ),
            ),
        ),
        (
            "evaluation",
            (
                StepText(
                    ("Compare réparer et racheter", "Weighs repair against buying"),
                    ("Demande un prix par e-mail", "Asks for a price by e-mail"),
                    ("Qu'on me dise un prix !", "Just tell me a price!"),
                    0,
                    ("service-mail",),
                    goal=("Connaître le prix avant de se déplacer", "Know the price before travelling"),
                ),
            ),
        ),
        (
            "purchase",
            (
                StepText(
                    ("Prend rendez-vous", "Books a repair"),
                    ("Appelle et choisit un créneau", "Calls and picks a time"),
                    ("Enfin quelqu'un qui connaît la machine.", "At last someone who knows the machine."),
                    1,
                    ("repair-call",),
                    source=("Entretien 5", "Interview 5"),
                ),
            ),
        ),
        (
            "use",
            (
                StepText(
                    ("Dépose sa machine", "Drops the machine"),
                    ("Se rend au comptoir", "Goes to the desk"),
                    ("Accueil parfait.", "Perfect welcome."),
                    1.5,
                    ("repair-desk", "shop-visit"),
                    decisive=True,
                ),
                StepText(
                    ("Refait un café", "Makes coffee again"),
                    ("Suit un atelier barista", "Takes a barista class"),
                    ("J'apprends encore.", "I still learn."),
                    1.5,
                    ("first-coffee", "barista-class"),
                ),
            ),
        ),
        (
            "loyalty",
            (
                StepText(
                    ("Reste fidèle", "Stays loyal"),
                    ("Commande des pièces d'avance", "Orders spare parts ahead"),
                    ("Je la garderai dix ans.", "I will keep it ten years."),
                    1,
                    ("spare-parts", "social-care"),
                ),
            ),
        ),
    ),
)

JOURNEYS = (BUYING, REPAIR)


@dataclass(frozen=True, slots=True)
class PainText:
    touchpoint: str
    kpi: str
    title: Pair
    nature: str
    solution: Pair
    impact: int
    effort: int
    expected: float
    unit: str
    owner: Pair
    status: str
    due_in_days: int


PAINS = (
    PainText(
        "payment-page",
        "purchase-rate",
        ("Création de compte imposée avant de payer", "Compulsory account before paying"),
        "ergonomics",
        ("Paiement en un écran, sans compte", "One-screen payment without an account"),
        5,
        3,
        10,
        "relative",
        ECOMMERCE,
        "doing",
        21,
    ),
    PainText(
        "comparison",
        "bounce-rate",
        ("Information difficile à trouver dans le comparateur", "Information hard to find in the comparison"),
        "content",
        ("Recherche et filtres refondus", "New search and filters"),
        4,
        2,
        -8,
        "points",
        ECOMMERCE,
        "planned",
        45,
    ),
    PainText(
        "call-centre",
        "fcr",
        ("Rappels nécessaires : 4 appels sur 10 non résolus", "Repeat calls: 4 in 10 not resolved"),
        "waiting",
        ("Rappel automatique et fiches de panne", "Automatic call-back and fault sheets"),
        4,
        4,
        12,
        "points",
        SERVICE,
        "idea",
        60,
    ),
)

# Ideas that answer no signal, for the board.
IDEAS = (
    (("Afficher les frais de port dès le panier", "Show the delivery fee in the basket"), "basket", 3, 1, "enhance"),
    (("Notice en vidéo par modèle", "Video manual for every model"), "manual", 2, 4, "prevent"),
)


@dataclass(frozen=True, slots=True)
class BoardText:
    name: Pair
    title: Pair
    text: Pair


# The shared dashboard of tiles.
BOARD = BoardText(
    name=("Revue hebdomadaire", "Weekly review"),
    title=("Comment nous nous en servons", "How we use it"),
    text=(
        "Chaque lundi, l'équipe parcourt cette page de haut en bas.\n\n"
        "Un chiffre n'est commenté que si son état l'est : un ● ou un ○ ne demande rien.",
        "Every Monday the team goes through this page from top to bottom.\n\n"
        "A figure is only discussed when its state asks for it: a ● or a ○ asks for nothing.",
    ),
)

# What the company works for: kind of outcome, KPI.
OUTCOMES = (("satisfaction", "csat"), ("loyalty", "nps"), ("conversion", "purchase-rate"))
