"""The types of touchpoints with the KPIs that fit them, by category: a new type goes to the end of its category.

The guide names four of them with one KPI each (A26 to A29); all others are ours. What is usual per KPI (reasons.py) is
only said again where a type gives it another meaning.
"""

from collections.abc import Sequence

from kpis.suggestions.base import HIGHER, LOWER, Fit, TouchpointType, text

MK, VE, SC, PR = "marketing", "sales", "service", "product"

MARKETING: Sequence[TouchpointType] = (
    TouchpointType(
        "online-ad", text("Publicité en ligne", "Online ad"), [MK], ["advertisement", "contest"],
        [Fit("ctr"), Fit("cpc"), Fit("cpa"), Fit("roas"), Fit("cac")],
        "", example=text("bannière, annonce Facebook, vidéo sponsorisée", "banner, Facebook ad, sponsored video"),
    ),
    TouchpointType(
        "paid-search", text("Annonce de recherche payante", "Paid search ad"), [MK], ["sem"],
        [Fit("ctr"), Fit("cpc"), Fit("cpa"), Fit("roas"), Fit("bounce-rate", text("Un rebond élevé après un clic payé : l'annonce promet autre chose que la page.", "A high bounce rate after a paid click: the ad promises something else than the page."))],
    ),
    TouchpointType(
        "search-result", text("Résultat dans un moteur de recherche", "Result in a search engine"), [MK], ["seo", "research"],
        [Fit("ctr", text("Dit si le titre et l'extrait répondent à ce que la personne cherchait.", "Says whether title and excerpt answer what the person searched for.")), Fit("bounce-rate"), Fit("lead-conversion")],
    ),
    TouchpointType(
        "social-post", text("Publication sur les réseaux sociaux", "Social post"), [MK], ["social"],
        [Fit("engagement-rate"), Fit("ctr"), Fit("sentiment"), Fit("referral-rate")],
        example=text("publication, story, réel", "post, story, reel"),
    ),
    TouchpointType(
        "landing-page", text("Page d'atterrissage de campagne", "Campaign landing page"), [MK, VE], ["website", "sem", "advertisement", "blog"],
        [Fit("bounce-rate"), Fit("lead-conversion"), Fit("page-load-time"), Fit("cpa")],
        "landing page|landing|page d'atterrissage|page d'arrivee|page de campagne|campaign page",
    ),
    TouchpointType(
        "article", text("Article de blog, guide", "Blog article, guide"), [MK], ["blog", "website"],
        [Fit("time-on-page", text("Sur un contenu à lire, rester longtemps est plutôt un signe d'intérêt.", "On something to read, staying long is rather a sign of interest."), HIGHER), Fit("bounce-rate"), Fit("engagement-rate"), Fit("lead-conversion", text("Dit si le contenu amène des demandes, et pas seulement des lecteurs.", "Says whether content brings requests, not only readers."))],
        "blog|article|guide d'achat|buying guide",
    ),
    TouchpointType(
        "video", text("Vidéo", "Video"), [MK, SC], ["video"],
        [Fit("engagement-rate"), Fit("ctr"), Fit("lead-conversion")],
    ),
    TouchpointType(
        "welcome-email", text("E-mail de bienvenue", "Welcome e-mail"), [MK], ["email", "newsletter"],
        [Fit("open-rate", text("C'est le message le plus attendu : s'il n'est pas ouvert, les suivants le seront moins encore.", "It is the message people expect most: if it is not opened, later ones will be even less."), guide=True), Fit("click-to-open"), Fit("activation-rate", text("Le but de la bienvenue est un premier pas, pas une lecture.", "The aim of a welcome is a first step, not reading.")), Fit("unsubscribe-rate"), Fit("delivery-rate")],
        "bienvenue|welcome",
    ),
    TouchpointType(
        "newsletter", text("Lettre d'information", "Newsletter"), [MK], ["newsletter", "email"],
        [Fit("open-rate"), Fit("click-to-open"), Fit("unsubscribe-rate"), Fit("delivery-rate"), Fit("repeat-purchase-rate")],
    ),
    TouchpointType(
        "basket-reminder", text("Relance de panier abandonné", "Abandoned basket reminder"), [MK], ["email", "newsletter"],
        [Fit("open-rate"), Fit("click-to-open"), Fit("purchase-rate", text("Seul compte ce qui est finalement acheté.", "Only what is bought in the end counts.")), Fit("unsubscribe-rate", text("Une relance de trop fait perdre l'adresse.", "One reminder too many loses the address."))],
        "relance panier|panier abandonne|abandoned basket|abandoned cart|basket reminder|relance",
    ),
    TouchpointType(
        "broadcast", text("Spot télévisé ou radio", "Television or radio spot"), [MK], ["television", "radio"],
        [Fit("cac", text("Sans clic à compter, seul le coût par client gagné se compare d'un média à l'autre.", "Without clicks to count, only the cost of a customer won compares between media.")), Fit("cpa"), Fit("referral-rate")],
    ),
    TouchpointType(
        "recommendation", text("Bouche-à-oreille, parrainage", "Word of mouth, referral"), [MK], ["word-of-mouth"],
        [Fit("referral-rate"), Fit("nps", text("Dit combien seraient prêts à vous recommander.", "Says how many would be ready to recommend you.")), Fit("cac")],
    ),
    TouchpointType(
        "review-site", text("Site d'avis, comparateur", "Review or comparison site"), [MK, PR], ["research", "social", "website"],
        [Fit("review-score"), Fit("sentiment"), Fit("referral-rate")],
        "site d'avis|avis client|avis|comparateur|review site|review|reviews|comparison|trustpilot",
    ),
    TouchpointType(
        "contest", text("Jeu-concours", "Contest, game"), [MK], ["contest"],
        [Fit("engagement-rate"), Fit("lead-conversion"), Fit("cpa")],
        "concours|jeu|contest|game|quiz|tirage",
    ),
    TouchpointType(
        "loyalty", text("Programme de fidélité", "Loyalty programme"), [MK, VE], ["email", "shop", "website", "self-service", "newsletter"],
        [Fit("repeat-purchase-rate"), Fit("purchase-frequency"), Fit("clv"), Fit("referral-rate")],
        "fidelite|loyalty|programme fidelite|club|points de fidelite",
        ["retail", "travel", "banking", "telecom"],
    ),
)  # fmt: skip

SALES: Sequence[TouchpointType] = (
    TouchpointType(
        "product-page", text("Page produit", "Product page"), [VE], ["website"],
        [
            Fit("add-to-cart-rate", text("Le guide réunit « ajouter au panier » et « acheter » ; ici ce sont deux KPI, pour savoir lequel bouge.", "The guide puts “add to basket” and “buy” together; here they are two KPIs, to know which one moves."), guide=True),
            Fit("purchase-rate", text("Part des visites de la page qui finissent par un achat.", "Share of the page's visits that end in a purchase."), guide=True),
            Fit("bounce-rate"), Fit("time-on-page", text("Comparer et lire prend du temps : plus long est ici plutôt un signe d'intérêt.", "Comparing and reading takes time: longer is rather interest here."), HIGHER), Fit("page-load-time"), Fit("return-rate", text("Une page trop belle ou trop vague se paie en retours.", "A page that flatters or stays vague is paid for in returns.")),
        ],
        "page produit|fiche produit|produit|product page|product|fiche article",
        example=text("fiche d'un article, d'une offre, d'un voyage", "page of an item, an offer, a trip"),
    ),
    TouchpointType(
        "home-page", text("Page d'accueil", "Home page"), [VE, MK], ["website"],
        [Fit("bounce-rate"), Fit("page-load-time"), Fit("ces", text("Dit si l'on trouve par où commencer.", "Says whether people find where to begin.")), Fit("revenue-per-visit")],
        "page d'accueil|accueil du site|home page|homepage|home",
    ),
    TouchpointType(
        "search-list", text("Recherche et liste de produits", "Search and product list"), [VE], ["website"],
        [Fit("add-to-cart-rate"), Fit("bounce-rate"), Fit("time-on-page", text("Chercher longtemps, c'est ne pas trouver.", "Searching for long means not finding."), LOWER), Fit("page-load-time")],
        "recherche|liste de produits|catalogue|resultats|rayon|search|product list|catalog|listing",
    ),
    TouchpointType(
        "basket", text("Panier", "Basket"), [VE], ["website"],
        [Fit("cart-abandonment"), Fit("average-order-value"), Fit("purchase-rate")],
        "panier|basket|cart",
    ),
    TouchpointType(
        "checkout", text("Commande et paiement", "Checkout and payment"), [VE], ["website"],
        [
            Fit("purchase-rate", text("Qui arrive ici a décidé d'acheter : chaque départ est une perte à expliquer.", "Whoever gets here has decided: each departure wants an explanation.")),
            Fit("payment-failure"), Fit("cart-abandonment"), Fit("time-on-page", text("Payer doit aller vite : plus long est ici une difficulté.", "Paying must be quick: longer is difficulty here."), LOWER), Fit("ces"), Fit("page-load-time-p90"),
        ],
        "paiement|page de paiement|commande|validation|payment|payment page|checkout|order form",
    ),
    TouchpointType(
        "online-form", text("Formulaire de demande, de réservation ou de souscription", "Request, booking or application form"), [VE, SC], ["website", "self-service"],
        [Fit("lead-conversion"), Fit("time-on-page", text("Un formulaire long à remplir en perd en route.", "A form that takes long loses people on the way."), LOWER), Fit("ces"), Fit("page-load-time")],
        "formulaire|demande de devis|reservation|souscription|inscription|simulateur|form|booking|application|registration|sign up",
        ["banking", "telecom", "travel", "health", "public", "education", "software", "industry", "other"],
    ),
    TouchpointType(
        "app", text("Application mobile", "Mobile app"), [VE, PR], ["website", "product-use", "self-service", "tablet"],
        [Fit("activation-rate"), Fit("retention-rate"), Fit("feature-adoption"), Fit("page-load-time", text("Dans une application, l'attente paraît deux fois plus longue.", "Waiting weighs more in an app, opened for a moment.")), Fit("review-score")],
        "appli|application mobile|application|mobile app|app",
    ),
    TouchpointType(
        "chat", text("Chat en ligne", "Online chat"), [SC, VE], ["chat"],
        [Fit("csat", text("Une question posée en fin de conversation, à qui vient d'être aidé.", "Asked at the end of the conversation, of somebody who was just helped."), guide=True), Fit("response-time"), Fit("fcr"), Fit("waiting-time"), Fit("lead-conversion", text("Pour un chat de conseil avant achat.", "For a chat that advises before buying."))],
    ),
    TouchpointType(
        "phone-sales", text("Vente par téléphone", "Phone sales"), [VE], ["phone"],
        [Fit("lead-conversion"), Fit("quote-acceptance"), Fit("call-abandonment", text("Un appel perdu est une vente perdue.", "A lost call is a lost sale.")), Fit("waiting-time"), Fit("average-order-value")],
    ),
    TouchpointType(
        "shop-visit", text("Visite en magasin", "Visit to the shop"), [VE], ["shop"],
        [Fit("shop-conversion"), Fit("average-order-value"), Fit("csat"), Fit("nps"), Fit("repeat-purchase-rate")],
        example=text("conseil en rayon, essayage, vitrine", "advice on the floor, trying on, window"),
    ),
    TouchpointType(
        "till", text("Passage en caisse", "Till"), [VE], ["shop", "tablet"],
        [Fit("waiting-time"), Fit("waiting-time-p90"), Fit("payment-failure"), Fit("csat")],
        "caisse|encaissement|till|checkout|cash desk|self checkout",
        ["retail", "travel", "health", "education", "other"],
    ),
    TouchpointType(
        "kiosk", text("Borne, tablette", "Kiosk, tablet"), [VE, SC], ["tablet"],
        [Fit("self-service-rate"), Fit("ces"), Fit("csat")],
    ),
    TouchpointType(
        "demonstration", text("Démonstration", "Demonstration"), [VE], ["demonstration"],
        [Fit("lead-conversion"), Fit("quote-acceptance"), Fit("csat")],
    ),
    TouchpointType(
        "quote", text("Devis, proposition", "Quote, proposal"), [VE], ["email", "phone", "demonstration", "website"],
        [Fit("quote-acceptance"), Fit("response-time", text("Le premier devis reçu a souvent l'avantage.", "The quote that arrives first often has the advantage.")), Fit("average-order-value")],
        "devis|proposition commerciale|proposition|offre commerciale|quote|proposal|tender",
        ["industry", "banking", "software", "travel", "other"],
    ),
    TouchpointType(
        "counter", text("Guichet, agence, rendez-vous", "Counter, branch, appointment"), [SC, VE], ["shop", "demonstration"],
        [Fit("waiting-time"), Fit("fcr", text("Ressortir avec une réponse évite un second déplacement.", "Leaving with an answer saves a second trip.")), Fit("csat"), Fit("ces")],
        "guichet|agence|rendez vous|rdv|bureau|secretariat|comptoir|counter|branch|appointment|front desk|reception|accueil",
        ["public", "health", "banking", "telecom", "travel", "education"],
    ),
)  # fmt: skip

SERVICE: Sequence[TouchpointType] = (
    TouchpointType(
        "call-centre", text("Centre d'appels", "Call centre"), [SC], ["call-centre", "phone"],
        [
            Fit("fcr", text("Part des appels résolus au premier contact, avec le délai de réitération choisi.", "Share of calls resolved at first contact, within the repeat-contact window that you chose."), guide=True),
            Fit("call-abandonment"), Fit("waiting-time"), Fit("service-level"), Fit("csat"), Fit("repeat-contact-rate"), Fit("transfer-rate"),
            Fit("handling-time", text("Plus court n'est mieux que si la demande est réglée : à lire avec la résolution.", "Shorter is only better when the request is solved: read it beside the resolution."), LOWER),
        ],
    ),
    TouchpointType(
        "service-email", text("E-mail au service client", "E-mail to customer service"), [SC], ["email"],
        [Fit("response-time"), Fit("resolution-time"), Fit("fcr"), Fit("csat")],
        "service client|sav|support|contact|customer service|help desk",
    ),
    TouchpointType(
        "social-care", text("Question sur les réseaux sociaux", "Question on social networks"), [SC], ["social"],
        [Fit("response-time", text("La réponse, ou son absence, se lit en public.", "The answer, or its absence, is read in public.")), Fit("sentiment"), Fit("resolution-time")],
    ),
    TouchpointType(
        "faq", text("FAQ, centre d'aide", "FAQ, help centre"), [SC], ["faq"],
        [Fit("faq-helpfulness"), Fit("self-service-rate"), Fit("time-on-page", text("On vient chercher une réponse : plus long est ici une difficulté.", "People come for an answer: longer is difficulty here."), LOWER), Fit("ces")],
    ),
    TouchpointType(
        "forum", text("Forum, communauté", "Forum, community"), [SC], ["forum"],
        [Fit("response-time"), Fit("self-service-rate"), Fit("sentiment")],
    ),
    TouchpointType(
        "self-service", text("Espace client, libre-service", "Customer account, self-service"), [SC], ["self-service"],
        [Fit("self-service-rate"), Fit("ces"), Fit("feature-adoption"), Fit("page-load-time")],
    ),
    TouchpointType(
        "chatbot", text("Assistant conversationnel", "Chatbot"), [SC, VE], ["chat", "self-service"],
        [Fit("chatbot-containment"), Fit("csat"), Fit("transfer-rate", text("Passer la main à une personne est bien, le faire trop tard ne l'est pas.", "Handing over to a person is fine, too late is not.")), Fit("repeat-contact-rate")],
        "chatbot|bot|robot|assistant virtuel|assistant conversationnel|virtual assistant",
    ),
    TouchpointType(
        "order-mail", text("Confirmation de commande, message de suivi", "Order confirmation, tracking message"), [SC, VE], ["email"],
        [Fit("delivery-rate"), Fit("open-rate"), Fit("contacts-per-1000-orders", text("Un bon message évite la question « où est ma commande ? ».", "A good message saves the question “where is my order?”."))],
        "confirmation|suivi de commande|suivi|expedition|order|order confirmation|tracking|dispatch",
    ),
    TouchpointType(
        "delivery", text("Livraison, retrait", "Delivery, collection"), [PR, VE, SC], ["packaging", "website", "shop", "self-service", "product-use"],
        [Fit("on-time-delivery"), Fit("contacts-per-1000-orders"), Fit("csat"), Fit("complaints-per-1000-customers")],
        "livraison|colis|suivi de colis|retrait|click and collect|delivery|parcel|parcel tracking|collection|pick up",
        ["retail", "travel", "industry", "other"],
    ),
    TouchpointType(
        "returns", text("Retour, échange, remboursement", "Return, exchange, refund"), [SC], ["website", "shop", "call-centre", "self-service", "email", "faq"],
        [Fit("return-rate"), Fit("resolution-time", text("Du renvoi jusqu'à l'argent rendu.", "From sending back until the money is returned.")), Fit("ces"), Fit("csat")],
        "retour|remboursement|echange|return|refund|exchange",
        ["retail", "travel", "telecom", "other"],
    ),
    TouchpointType(
        "complaint", text("Réclamation", "Complaint"), [SC], ["call-centre", "email", "phone", "social", "self-service", "shop", "website"],
        [Fit("resolution-time"), Fit("complaints-per-1000-customers"), Fit("repeat-contact-rate"), Fit("csat", text("Une réclamation bien traitée peut valoir mieux qu'aucune.", "A complaint handled well may be worth more than none.")), Fit("sentiment")],
        "reclamation|plainte|litige|complaint|claim|dispute",
    ),
    TouchpointType(
        "invoice", text("Facture, relevé", "Invoice, statement"), [SC, PR], ["email", "documentation", "self-service", "website"],
        [Fit("contacts-per-1000-orders", text("Une facture claire ne fait appeler personne.", "A clear invoice makes nobody call.")), Fit("complaints-per-1000-customers"), Fit("payment-failure")],
        "facture|facturation|releve|invoice|billing|bill|statement",
    ),
    TouchpointType(
        "cancellation", text("Résiliation, départ", "Cancellation, leaving"), [SC], ["self-service", "call-centre", "email", "phone", "website", "shop"],
        [Fit("churn-rate"), Fit("retention-rate"), Fit("ces", text("Un départ facile laisse la porte ouverte au retour.", "Leaving easily keeps the door open for coming back.")), Fit("nps")],
        "resiliation|desabonnement|cloture|depart|cancellation|cancel|unsubscribe|closing",
        ["telecom", "software", "banking", "travel", "industry", "education", "other"],
    ),
    TouchpointType(
        "survey", text("Enquête de satisfaction", "Satisfaction survey"), [SC], ["survey"],
        [Fit("nps"), Fit("csat"), Fit("csat-mean"), Fit("ces")],
    ),
)  # fmt: skip

PRODUCT: Sequence[TouchpointType] = (
    TouchpointType(
        "product-use", text("Utilisation du produit ou service", "Use of the product or service"), [PR], ["product-use"],
        [Fit("nps"), Fit("retention-rate"), Fit("feature-adoption"), Fit("defects-per-1000-products"), Fit("csat")],
    ),
    TouchpointType(
        "onboarding", text("Prise en main, premier usage", "Onboarding, first use"), [PR], ["product-use", "email", "training", "documentation", "website"],
        [Fit("activation-rate"), Fit("ces"), Fit("retention-rate", text("Ceux qui démarrent mal partent tôt.", "Those who start badly leave early.")), Fit("contacts-per-1000-orders")],
        "prise en main|premier usage|premiere utilisation|installation|mise en service|onboarding|first use|set up|setup",
    ),
    TouchpointType(
        "packaging", text("Emballage, ouverture du colis", "Packaging, unboxing"), [PR], ["packaging"],
        [Fit("defects-per-1000-products", text("Ce qui arrive cassé est un défaut pour le client, quelle qu'en soit la cause.", "What arrives broken is a defect to the customer, whoever caused it.")), Fit("return-rate"), Fit("csat"), Fit("review-score")],
    ),
    TouchpointType(
        "manual", text("Mode d'emploi, documentation", "Manual, documentation"), [PR], ["documentation"],
        [Fit("faq-helpfulness"), Fit("contacts-per-1000-orders", text("Ce que la notice n'explique pas finit au service client.", "What the manual does not explain ends at customer service.")), Fit("feature-adoption")],
    ),
    TouchpointType(
        "training", text("Formation", "Training"), [PR], ["training"],
        [Fit("csat"), Fit("activation-rate"), Fit("feature-adoption")],
    ),
    TouchpointType(
        "renewal", text("Renouvellement, réassort", "Renewal, reordering"), [PR, VE], ["product-use", "email", "self-service", "website"],
        [Fit("retention-rate"), Fit("churn-rate"), Fit("repeat-purchase-rate"), Fit("clv")],
        "renouvellement|reassort|abonnement|echeance|renewal|reorder|subscription",
    ),
)  # fmt: skip

TYPES: Sequence[TouchpointType] = (*MARKETING, *SALES, *SERVICE, *PRODUCT)
