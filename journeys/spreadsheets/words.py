"""The words by which tables name things, in French and English, as people and other tools write them."""

import re

from cxmap.lib.text import fold

# What a column of a table with one row per card holds.
ROLES: dict[str, tuple[str, ...]] = {
    "stage": ("etape", "stage", "phase", "journey stage", "etape du parcours", "stage name", "phase name"),
    "step": ("moment", "step", "sous-etape", "substage", "sub-stage", "step name", "touch moment", "activity"),
    "lane": ("ligne", "lane", "section", "rubrique", "row", "swimlane", "type", "categorie de contenu", "lane name"),
    "text": (
        "note autocollante",
        "post-it",
        "postit",
        "sticky",
        "vignettes",
        "cards",
        "texte",
        "text",
        "contenu",
        "content",
        "vignette",
        "card",
        "description",
        "note",
        "sticky note",
        "value",
    ),
    "touchpoint": ("point de contact", "touchpoint", "touch point"),
    "persona": ("persona", "actor"),
    "source": ("source", "evidence", "preuve"),
    "believed": ("emotion", "believed", "niveau", "level", "score", "mood", "ressenti", "experience"),
}

# Which lane a row (or the lane column) means.
LANES: dict[str, tuple[str, ...]] = {
    "goals": (
        "attentes du client", "attentes", "attente", "besoins", "besoin", "objectifs", "objectif", "objectifs du client",
        "buts", "goals", "goal", "customer goals", "needs", "expectations", "user goals", "jobs to be done",
    ),
    "actions": (
        "actions", "action", "actions du client", "que fait le client", "que fait-il", "activites", "doing", "does",
        "customer actions", "user actions", "activities", "activity", "process", "parcours", "tasks", "taches",
    ),
    "thoughts": (
        "pensees", "pensee", "que pense le client", "reflexions", "verbatims", "verbatim", "citations", "thoughts",
        "thinking", "thinks", "quotes", "questions", "says", "customer thoughts",
    ),
    "touchpoints": (
        "points de contact", "point de contact", "touchpoints", "touchpoint", "touch points", "canaux", "canal",
        "channels", "channel", "points de contact et canaux",
    ),
    "emotion": (
        "emotion", "emotions", "courbe d'emotion", "courbe", "courbe emotionnelle", "ressenti", "ressentis", "humeur",
        "satisfaction", "experience", "emotional journey", "emotion curve", "feelings", "feeling", "feels", "mood", "believed",
    ),
    "pains": (
        "points de douleur", "point de douleur", "irritants", "irritant", "points de friction", "frictions",
        "frustrations", "problemes", "probleme", "freins", "pain points", "pain point", "pains", "pain", "problems", "barriers",
    ),
    "ideas": (
        "idees", "idee", "idees et actions", "opportunites", "opportunite", "opportunites d'amelioration", "solutions",
        "pistes", "ameliorations", "recommandations", "ideas", "ideas and actions", "opportunities", "opportunity",
        "improvements", "recommendations",
    ),
    "owners": ("responsables", "responsable", "pilote", "equipe", "owners", "owner", "responsible", "team", "department"),
}  # fmt: skip

LEVELS: dict[str, float] = {
    "tres negatif": -2, "tres negative": -2, "very negative": -2, "tres mauvais": -2, "very bad": -2, "tres insatisfait": -2,
    "negatif": -1, "negative": -1, "mauvais": -1, "bad": -1, "insatisfait": -1, "unhappy": -1, "frustre": -1, "frustrated": -1,
    "neutre": 0, "neutral": 0, "moyen": 0, "ok": 0,
    "positif": 1, "positive": 1, "bon": 1, "good": 1, "satisfait": 1, "happy": 1, "content": 1,
    "tres positif": 2, "tres positive": 2, "very positive": 2, "tres bon": 2, "very good": 2, "tres satisfait": 2,
    "very happy": 2, "delighted": 2, "enchante": 2,
    "😡": -2, "😠": -2, "😢": -2, "😭": -2, "☹": -1, "☹️": -1, "🙁": -1, "😞": -1, "😟": -1, "😕": -1,
    "😐": 0, "😶": 0, "🙂": 1, "☺": 1, "☺️": 1, "😊": 1, "😀": 2, "😃": 2, "😄": 2, "😁": 2, "😍": 2, "🤩": 2,
    "--": -2, "-": -1, "+": 1, "++": 2, "+/-": 0, "=": 0,
}  # fmt: skip

# A first guess of category and channel for touchpoints that are new to the library: the first word found decides.
CHANNELS: tuple[tuple[str, str, str], ...] = (
    ("newsletter|lettre d'information|infolettre", "marketing", "newsletter"),
    ("e-?mail|courriel|mailing", "marketing", "email"),
    ("reseaux? socia|social|facebook|instagram|linkedin|tiktok|youtube|twitter", "marketing", "social"),
    ("publicite|annonce|banniere|advert|\\bads?\\b|campagne", "marketing", "advertisement"),
    ("seo|moteur de recherche|google|search engine|referencement", "marketing", "seo"),
    ("blog|article", "marketing", "blog"),
    ("bouche-a-oreille|word of mouth|recommandation|amis|friends", "marketing", "word-of-mouth"),
    ("television|\\btv\\b", "marketing", "television"),
    ("radio", "marketing", "radio"),
    ("centre d'appels?|call cent|hotline|service client|support|sav\\b", "service", "call-centre"),
    ("telephone|appel|phone|\\bcall\\b", "service", "call-centre"),
    ("chat|messagerie|whatsapp", "service", "chat"),
    ("faq|aide en ligne|help cent", "service", "faq"),
    ("enquete|questionnaire|survey|avis client", "service", "survey"),
    ("borne|tablette|kiosk|tablet", "sales", "tablet"),
    ("magasin|boutique|agence|guichet|vendeur|conseiller|shop|store|branch|caisse", "sales", "shop"),
    ("emballage|colis|packaging|parcel|livraison|delivery", "product", "packaging"),
    ("notice|documentation|manuel|manual|guide", "product", "documentation"),
    ("formation|training|webinaire|webinar", "product", "training"),
    ("application|\\bapp\\b|produit|product", "product", "product-use"),
)


def _meant(text: str, table: dict[str, tuple[str, ...]]) -> str | None:
    folded = fold(text).strip(" :.?!*").replace("_", " ")
    for key, words in table.items():
        if folded in words or folded == key:
            return key
    return None


def role_of(heading: str) -> str | None:
    """Return what a column with this heading holds; None when the words say nothing."""
    found = _meant(heading, ROLES)
    if found is None and len(heading.split()) in {2, 3, 4}:
        # "Étape du client", "Step name in French"
        found = _meant(heading.split(maxsplit=1)[0], {key: ROLES[key] for key in ("stage", "step")})
    return found


def lane_kind_of(label: str) -> str | None:
    """Return the kind of lane that a label means; None: a lane of free text with this name."""
    found = _meant(label, LANES)
    if found:
        return found
    # "Emotions (1-5)", "Pain points / irritants"
    first = re.split(r"[(/,–—]", label)[0]
    return _meant(first, LANES) if first.strip() != label.strip() else None


def level_of(text: str) -> float | None:
    """Return the level of a word or a face; None when it is none. Numbers are read elsewhere, on their scale."""
    return LEVELS.get(fold(text).strip(" .!")) if text.strip() not in LEVELS else LEVELS[text.strip()]


def channel_of(name: str) -> tuple[str, str]:
    """Return the category and channel that a touchpoint's name suggests."""
    folded = fold(name)
    for pattern, category, channel in CHANNELS:
        if re.search(pattern, folded):
            return category, channel
    return "sales", "website"
