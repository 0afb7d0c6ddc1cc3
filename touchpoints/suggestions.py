"""Category and channel from a name, in French and English (A20): a guess that says why, never more than a proposal.

A word says a channel, a category or both; the longest word found decides each, and a word of the category beats what the
channel usually is ("e-mail" is marketing, "e-mail to customer service" is service).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cxmap.lib.text import fold
from cxmap.workspaces.models import Workspace
from touchpoints.models import Category, Channel

MARKETING, SALES, SERVICE, PRODUCT = "marketing", "sales", "service", "product"

# channel, category that the word says with it, words in French and English (folded; a space matches any gap or dash).
# Words match from their beginning to their end, with an s, e, es or x more.
CHANNEL_WORDS: tuple[tuple[str, str, str], ...] = (
    ("advertisement", MARKETING, "publicite|pub|annonce|affiche|affichage|banniere|display|facebook ad|instagram ad|ad|advert|advertisement|advertising|banner|billboard|poster|print ad|retargeting|reciblage|encart|spot publicitaire|flyer|prospectus|leaflet|catalogue papier"),
    ("social", MARKETING, "reseaux sociaux|reseau social|facebook|instagram|tiktok|linkedin|twitter|pinterest|social network|social media|social post|post instagram|story|community manager|publication sociale"),
    ("email", MARKETING, "e mail|email|courriel|mail|emailing|e mailing|mailing"),
    ("newsletter", MARKETING, "lettre d'information|lettre d'info|newsletter|infolettre"),
    ("blog", MARKETING, "blog|article de blog|blog article|blog post|billet de blog|guide d'achat|buying guide|livre blanc|white paper"),
    ("seo", MARKETING, "referencement naturel|seo|resultat de recherche|resultats google|google search|search result|search results|recherche google|search engine|moteur de recherche|organic search|fiche google|google business"),
    ("sem", MARKETING, "referencement payant|sem|google ads|adwords|annonce google|paid search|sponsored link|lien sponsorise|search ad|google shopping"),
    ("television", MARKETING, "television|tele|tv|spot tv|tv spot|tv commercial|pub tv|pub tele"),
    ("radio", MARKETING, "radio|spot radio|radio spot|podcast"),
    ("word-of-mouth", MARKETING, "bouche a oreille|word of mouth|conseil d'un ami|conseil d'un proche|advice of a friend|friend|ami|recommandation d'un proche|recommendation|parrainage|referral|avis clients|avis en ligne|customer review|customer reviews|online review|reviews"),
    ("research", MARKETING, "recherche personnelle|own research|comparateur|comparaison|comparison|price comparison|comparatif|test consommateur"),
    ("contest", MARKETING, "jeu concours|concours|contest|prize draw|tirage au sort|game"),
    ("video", "", "video|youtube|tutoriel|tuto|tutorial|webinaire|webinar"),
    ("website", SALES, "site web|site internet|website|web site|site|page d'accueil|home page|homepage|landing page|page produit|product page|fiche produit|panier|basket|cart|shopping cart|paiement en ligne|page de paiement|payment page|checkout|commande en ligne|online order|online shop|boutique en ligne|moteur de recherche du site|site search|configurateur|configurator|page|formulaire|form|e shop|eshop|devis en ligne|online quote|application mobile|mobile app|appli|app|prise de rendez vous en ligne|online booking"),
    ("shop", SALES, "magasin|boutique|point de vente|shop|store|showroom|vitrine|shop window|window display|caisse|till|checkout counter|rayon|aisle|cabine d'essayage|fitting room|accueil en agence|agence|branch|conseiller en agence|retrait en magasin|click and collect|click & collect|in store pickup|pop up store|guichet|counter|vendeur|shop assistant|salesperson in store"),
    ("phone", SALES, "appel|telephone|phone|call|appel telephonique|phone call|appel commercial|sales call|cold call|demarchage telephonique|rappel telephonique|callback"),
    ("chat", "", "chat|tchat|chatbot|livechat|live chat|messagerie instantanee|whatsapp|messenger|assistant virtuel|virtual assistant|sms|texto|text message"),
    ("demonstration", SALES, "demonstration|demo|essai|trial|free trial|essai gratuit|product demo|test drive|echantillon|sample|degustation|tasting|salon|trade fair|foire|visite commerciale|sales visit|rendez vous commercial|sales meeting"),
    ("faq", SERVICE, "faq|foire aux questions|questions frequentes|frequently asked questions|aide en ligne|help page"),
    ("call-centre", SERVICE, "centre d'appels|centre d'appel|call centre|call center|hotline|standard telephonique|serveur vocal|svi|ivr|appel au service client|call to customer service|call with an agent|support line|helpline|numero vert|teleconseiller|conseiller telephonique|phone support|assistance telephonique|appel au support"),
    ("forum", SERVICE, "forum|communaute|community"),
    ("self-service", SERVICE, "libre service|self service|espace client|customer area|compte client|customer account|my account|mon compte|espace personnel|customer portal|portail client|suivi de commande|order tracking|suivi de colis|suivi de livraison|parcel tracking|tracking page|centre d'aide|help center|help centre|base de connaissances|knowledge base|retour en ligne|online return"),
    ("survey", SERVICE, "enquete|questionnaire|survey|sondage|nps|csat|satisfaction survey|feedback form|formulaire d'avis"),
    ("tablet", "", "borne|tablette|kiosk|tablet|automate|terminal"),
    ("product-use", PRODUCT, "utilisation du produit|product use|premiere utilisation|first use|utilisation|mise en service|installation|usage|onboarding|livraison|delivery|colis livre|montage|assembly|deballage et essai"),
    ("packaging", PRODUCT, "emballage|packaging|deballage|unboxing|colis|parcel|paquet|boite|opening of the parcel|ouverture du colis|etiquette|label"),
    ("documentation", PRODUCT, "documentation|mode d'emploi|notice|manuel|manual|user guide|guide d'utilisation|guide utilisateur|quick start guide|guide de demarrage|instructions|user manual|fiche technique|data sheet|facture|invoice|contrat|contract|conditions generales"),
    ("training", PRODUCT, "formation|training|atelier|workshop|cours|course|coaching|prise en main|training session"),
)  # fmt: skip

# Words that say a category whatever the channel.
CATEGORY_WORDS: tuple[tuple[str, str], ...] = (
    (MARKETING, "marketing|campagne|campaign|promotionnel|promotion|promotional|offre speciale|special offer|prospection|notoriete|brand|marque|fidelite|loyalty|bienvenue|welcome|relance panier|abandoned basket|abandoned cart|panier abandonne|anniversaire|birthday|parrainage|referral"),
    (SALES, "achat|purchase|buying|before buying|avant achat|vente|sales|commande|order|paiement|payment|devis|quote|conseil avant achat|abonnement|souscription|subscription|reservation|booking|commercial|encaissement"),
    (SERVICE, "service client|customer service|sav|apres vente|after sales|support|assistance|aide|help|reclamation|complaint|retour|retours|return|returns|remboursement|refund|probleme|problem|question|depannage|repair|reparation|suivi|tracking|satisfaction|rappel client|resiliation|cancellation|garantie|warranty|technicien|technician|hotline"),
    (PRODUCT, "produit|product|mode d'emploi|utilisation|use|usage|installation|livraison|delivery|colis|emballage|packaging|notice|entretien|maintenance|mise a jour|update"),
)  # fmt: skip

# Where the word of a category is part of a channel's own words ("page produit" is a page of the shop, not the product).
USUAL = {channel: category for channel, category, _words in CHANNEL_WORDS if category}


def _pattern(words: str) -> re.Pattern[str]:
    parts = sorted((re.escape(word).replace(r"\ ", r"[\s\-'/]+") for word in words.split("|")), key=len, reverse=True)
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(parts)})(?:s|e|es|x)?(?![a-z0-9])")


_CHANNELS = [(channel, category, _pattern(words)) for channel, category, words in CHANNEL_WORDS]
_CATEGORIES = [(category, _pattern(words)) for category, words in CATEGORY_WORDS]


@dataclass(frozen=True, slots=True)
class Guess:
    """Codes of a channel and a category, with the words of the name that say so; "" where nothing does."""

    channel: str = ""
    category: str = ""
    because: Sequence[str] = ()


def _longest(found: Iterable[tuple[str, str, int]]) -> tuple[str, str, int] | None:
    """Return the hit with the longest word; the first of several in the name, which names the thing itself."""
    return max(found, key=lambda hit: (len(hit[1]), -hit[2]), default=None)


def guess(name: str) -> Guess:
    """Return what a name says about channel and category. No query."""
    text = fold(name)
    hits = [
        (channel, match.group(), match.start()) for channel, _own, words in _CHANNELS for match in words.finditer(text)
    ]
    channel = _longest(hits)
    said = [
        (category, match.group(), match.start()) for category, words in _CATEGORIES for match in words.finditer(text)
    ]
    if channel is not None:
        start, end = channel[2], channel[2] + len(channel[1])
        # A word inside the words of the channel has been read already.
        said = [hit for hit in said if not start <= hit[2] < end or USUAL.get(channel[0]) == hit[0]]
    category = _longest(said)
    if category is not None and channel is not None and channel[0] not in OPEN and category[0] != SERVICE:
        # Most channels belong to one category; only service says otherwise for them.
        category = None
    if category is None and channel is not None and channel[0] in USUAL:
        return Guess(channel[0], USUAL[channel[0]], (channel[1],))
    words = [hit[1] for hit in (channel, category) if hit is not None]
    return Guess(
        channel[0] if channel else "",
        category[0] if category else "",
        tuple(dict.fromkeys(words)),
    )


# Channels that serve several categories: what else the name says decides.
OPEN = frozenset({"social", "email", "newsletter", "chat", "video", "tablet", "phone", "website", "shop", "training"})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a name says, as rows of a workspace; None where it says nothing or the workspace has no such row."""

    category: Category | None
    channel: Channel | None
    because: Sequence[str]


def suggest(name: str, *, categories: Sequence[Category], channels: Sequence[Channel]) -> Suggestion:
    """Return what a name says among these rows (channels with categories prefetched).

    A channel's own name in the workspace comes first, however it is called there.
    """
    text = fold(name)
    own = [
        (channel, fold(called))
        for channel in channels
        for called in (channel.name_fr, channel.name_en)
        if re.search(rf"(?<![a-z0-9]){re.escape(fold(called))}(?![a-z0-9])", text)
    ]
    found = guess(name)
    channel = next((row for row in channels if row.code == found.channel), None)
    because = list(found.because)
    if own:
        named, called = max(own, key=lambda pair: len(pair[1]))
        guessed = found.because[0] if found.channel and found.because else ""
        # What the workspace calls a channel beats the table, unless the table knows a longer word of the name.
        if channel is None or len(called) >= len(guessed):
            channel, because = named, list(dict.fromkeys([called, *because]))
    category = next((row for row in categories if row.code == found.category), None)
    if category is None and channel is not None:
        category = next(iter(channel.categories.all()), None)
    if channel is None and category is None:
        return Suggestion(None, None, ())
    return Suggestion(category, channel, tuple(because))


def suggest_in(workspace: Workspace, name: str) -> Suggestion:
    """Return what a name says in a workspace; three queries."""
    return suggest(
        name,
        categories=list(Category.objects.filter(workspace=workspace)),
        channels=list(Channel.objects.filter(workspace=workspace).prefetch_related("categories")),
    )
