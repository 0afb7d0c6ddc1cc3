"""The categories and channels that the guides name (A19, B9), put into every new workspace.

A channel may serve several categories: social networks, e-mail and chat do, which is why the two are separate.
"""

from cxmap.workspaces.models import Workspace
from cxmap.workspaces.services import furnish_with
from touchpoints.models import Category, Channel

# code, abbreviation, French, English
CATEGORIES = [
    ("marketing", "MK", "Marketing", "Marketing"),
    ("sales", "VE", "Vente", "Sales"),
    ("service", "SC", "Service client", "Customer service"),
    ("product", "PR", "Produit/service", "Product/service"),
]

# code (also the icon), French, English, online, categories
CHANNELS = [
    ("advertisement", "publicité", "advertising", True, ["marketing"]),
    ("social", "réseaux sociaux", "social networks", True, ["marketing", "service"]),
    ("email", "e-mail", "e-mail", True, ["marketing", "service"]),
    ("newsletter", "lettre d'information", "newsletter", True, ["marketing"]),
    ("blog", "contenu de blog", "blog content", True, ["marketing"]),
    ("seo", "référencement naturel (SEO)", "organic search (SEO)", True, ["marketing"]),
    ("sem", "référencement payant (SEM)", "paid search (SEM)", True, ["marketing"]),
    ("television", "télévision", "television", False, ["marketing"]),
    ("radio", "radio", "radio", False, ["marketing"]),
    ("word-of-mouth", "bouche-à-oreille", "word of mouth", False, ["marketing"]),
    ("research", "recherche personnelle", "own research", True, ["marketing"]),
    ("contest", "jeu-concours", "contest, game", True, ["marketing"]),
    ("video", "vidéo", "video", True, ["marketing", "service"]),
    ("website", "site web", "website", True, ["sales"]),
    ("shop", "magasin physique", "physical shop", False, ["sales"]),
    ("phone", "appel téléphonique", "phone call", False, ["sales"]),
    ("chat", "chat en ligne", "online chat", True, ["sales", "service"]),
    ("demonstration", "démonstration", "demonstration", False, ["sales"]),
    ("faq", "FAQ", "FAQ", True, ["service"]),
    ("call-centre", "centre d'appels", "call centre", False, ["service"]),
    ("forum", "forum", "forum", True, ["service"]),
    ("self-service", "libre-service", "self-service", True, ["service"]),
    ("survey", "enquête", "survey", True, ["service"]),
    ("tablet", "borne, tablette", "kiosk, tablet", False, ["sales", "service"]),
    ("product-use", "utilisation du produit", "product use", False, ["product"]),
    ("packaging", "emballage", "packaging", False, ["product"]),
    ("documentation", "documentation", "documentation", True, ["product"]),
    ("training", "formation", "training", False, ["product"]),
]


def furnish(workspace: Workspace) -> None:
    """Add what is missing of the taxonomy; names that the workspace changed stay as they are."""
    categories = {}
    for rank, (code, abbreviation, french, english) in enumerate(CATEGORIES):
        categories[code], _ = Category.objects.get_or_create(
            workspace=workspace,
            code=code,
            defaults={"abbreviation": abbreviation, "name_fr": french, "name_en": english, "rank": rank},
        )
    have = set(Channel.objects.filter(workspace=workspace).values_list("code", flat=True))
    missing = [(rank, row) for rank, row in enumerate(CHANNELS) if row[0] not in have]
    made = Channel.objects.bulk_create(
        Channel(workspace=workspace, code=code, icon=code, name_fr=french, name_en=english, online=online, rank=rank)
        for rank, (code, french, english, online, _categories) in missing
    )
    by_code = {channel.code: channel for channel in made}
    links = Channel.categories.through
    links.objects.bulk_create(
        links(channel_id=by_code[code].pk, category_id=categories[category].pk)
        for _rank, (code, _french, _english, _online, of) in missing
        for category in of
    )


furnish_with(furnish)
