"""The omnichannel guide (artefact 7, A47): what must be the same, or follow the customer, from one channel to another.

Points and wording are our own; the guide only promises such a checklist. A point is asked of every pair of channel groups
that both stand on the map and both are among its groups.
"""

from collections.abc import Sequence

from improvements.checklists.base import Criterion, Group, text

GROUPS: Sequence[Group] = (
    Group("web", text("Site web", "Website"), ["website", "blog", "seo"]),
    Group("shop", text("Magasin", "Shop"), ["shop", "tablet", "demonstration"]),
    Group("phone", text("Téléphone", "Phone"), ["phone", "call-centre"]),
    Group("chat", text("Chat", "Chat"), ["chat"]),
    Group("mail", text("E-mail", "E-mail"), ["email", "newsletter"]),
    Group("social", text("Réseaux sociaux", "Social networks"), ["social"]),
    Group("help", text("Aide et espace client", "Help and account"), ["faq", "self-service", "forum", "documentation"]),
    Group("ads", text("Publicité", "Advertising"), ["advertisement", "sem", "television", "radio", "video", "contest"]),
    Group("product", text("Produit et colis", "Product and parcel"), ["packaging", "product-use", "training"]),
)

SELLING = ("web", "shop", "phone", "chat")
ANSWERING = ("shop", "phone", "chat", "mail", "social", "help")

CRITERIA: Sequence[Criterion] = (
    Criterion(
        "price", text("Prix", "Prices"),
        text("Le même article a-t-il le même prix sur les deux canaux, ou l'écart est-il expliqué ?", "Does the same item cost the same on both channels, or is the difference explained?"),
        text("Prix identiques, frais compris ; un écart voulu est annoncé avant que le client le découvre.", "Same price including fees; a wanted difference is announced before customers find it."),
        text("Relever cinq articles le même jour sur les deux canaux, frais et taxes compris.", "Note five items on the same day on both channels, with fees and taxes."),
        text("Un écart inexpliqué fait douter de tous les autres prix.", "One unexplained difference casts doubt on every other price."),
        [*SELLING, "mail", "ads", "social"],
    ),
    Criterion(
        "promotion", text("Promotions et bons de réduction", "Promotions and vouchers"),
        text("Une offre vue sur l'un est-elle connue et honorée sur l'autre ?", "Is an offer seen on one known and honoured on the other?"),
        text("Le code ou l'offre fonctionne partout, ou ses limites figurent sur l'offre elle-même.", "The code or offer works everywhere, or its limits stand on the offer itself."),
        text("Prendre l'offre en cours d'un canal et essayer de l'utiliser sur l'autre.", "Take a current offer of one channel and try to use it on the other."),
        text("Refuser une offre affichée ailleurs coûte plus cher que la remise.", "Refusing an offer that is shown elsewhere costs more than the discount."),
        [*SELLING, "mail", "ads", "social", "product"],
    ),
    Criterion(
        "stock", text("Stock et disponibilité", "Stock and availability"),
        text("La disponibilité d'un article ou d'un créneau est-elle la même, et à jour, sur les deux canaux ?", "Is the availability of an item or a slot the same, and current, on both channels?"),
        text("L'un voit le stock de l'autre, avec l'heure de la mise à jour ; il peut réserver.", "One sees the stock of the other, with the time of the update, and can reserve."),
        text("Chercher trois articles dont un presque épuisé ; comparer avec le rayon ou l'agenda.", "Look for three items, one nearly sold out; compare with the shelf or the calendar."),
        text("Un déplacement pour rien ne se pardonne pas deux fois.", "A trip for nothing is not forgiven twice."),
        SELLING,
    ),
    Criterion(
        "product-information", text("Information sur les produits", "Product information"),
        text("Les caractéristiques, les photos et les conditions disent-elles la même chose ?", "Do features, pictures and terms say the same?"),
        text("Une seule source alimente les deux ; les mêmes mots désignent la même chose.", "One source feeds both; the same words mean the same thing."),
        text("Poser trois questions précises sur un article à chaque canal et comparer les réponses.", "Ask each channel three precise questions about one item and compare."),
        text("Deux réponses différentes retardent l'achat et préparent un retour.", "Two different answers delay the purchase and prepare a return."),
        [*SELLING, "social", "help", "mail", "ads", "product"],
    ),
    Criterion(
        "identity", text("Identité et connexion", "Identity and login"),
        text("Le client est-il reconnu sur le second canal sans recommencer son identification ?", "Is a customer recognised on the second channel without identifying all over again?"),
        text("Un seul compte ; une preuve d'identité donnée une fois suffit, sans mot de passe dicté.", "One account; identity proven once is enough, with no password said aloud."),
        text("Passer de l'un à l'autre avec un compte d'essai et compter les données redemandées.", "Go from one to the other with a test account and count the data asked for again."),
        text("Être traité en inconnu efface la relation déjà construite.", "Being treated as a stranger wipes out the relationship so far."),
        [*SELLING, "help", "mail", "product"],
    ),
    Criterion(
        "basket", text("Panier et favoris", "Basket and favourites"),
        text("Un panier, un devis ou une liste commencés sur l'un se retrouvent-ils sur l'autre ?", "Is a basket, a quote or a list begun on one found again on the other?"),
        text("Le contenu, les prix et les options sont repris tels quels, même le lendemain.", "Contents, prices and options are taken up as they were, even the next day."),
        text("Composer un panier, changer d'appareil ou de canal, et chercher à le reprendre.", "Fill a basket, change device or channel, and try to take it up."),
        text("Recommencer est la première raison d'abandonner.", "Starting again is a first reason to give up."),
        [*SELLING, "mail", "help"],
    ),
    Criterion(
        "order-history", text("Historique des commandes", "Order history"),
        text("Une commande passée sur l'un est-elle visible et modifiable sur l'autre ?", "Is an order placed on one visible and changeable on the other?"),
        text("Toutes les commandes, quel que soit le canal, avec leur état actuel.", "All orders, whatever the channel, with their current state."),
        text("Passer une commande d'essai sur l'un et demander où elle en est sur l'autre.", "Place a test order on one and ask on the other where it is."),
        text("Le client n'achète pas à un canal, il achète à une entreprise.", "Customers do not buy from a channel, they buy from a company."),
        [*SELLING, "mail", "help", "product"],
    ),
    Criterion(
        "contact-history", text("Historique des échanges", "Contact history"),
        text("Qui répond sur le second canal sait-il ce qui a été dit sur le premier ?", "Does whoever answers on the second channel know what was said on the first?"),
        text("Le dernier échange s'affiche avant la réponse ; le client ne répète rien.", "The last exchange is shown before the answer; customers repeat nothing."),
        text("Poser une question sur l'un, relancer sur l'autre une heure après.", "Ask on one, follow up on the other an hour later."),
        text("Répéter son histoire est ce qui use le plus.", "Telling one's story again wears people out."),
        ANSWERING,
    ),
    Criterion(
        "answer", text("Même réponse à la même question", "Same answer to the same question"),
        text("Les deux canaux donnent-ils la même réponse, et la même possibilité d'agir ?", "Do both channels give the same answer and the same power to act?"),
        text("Une base de connaissances commune ; les mêmes gestes commerciaux possibles.", "One knowledge base; the same gestures allowed."),
        text("Poser la même question difficile sur les deux le même jour.", "Ask both the same hard question on the same day."),
        text("Sinon le client apprend à insister ailleurs.", "Otherwise customers learn to insist elsewhere."),
        [*ANSWERING, "web"],
    ),
    Criterion(
        "tone", text("Ton et promesses", "Tone and promises"),
        text("Le ton, les mots et les promesses de l'un sont-ils tenus sur l'autre ?", "Are the tone, the words and the promises of one kept on the other?"),
        text("Le même vouvoiement, les mêmes noms ; ce que la publicité promet existe sur place.", "The same form of address, the same names; what advertising promises is there."),
        text("Lire côte à côte un message de chaque canal ; relever chaque promesse et la vérifier.", "Read a message of each side by side; note each promise and check it."),
        text("Une promesse que l'autre canal ignore devient une déception.", "A promise that the other channel ignores becomes a disappointment."),
        ["web", "shop", "phone", "chat", "mail", "social", "ads", "help", "product"],
    ),
    Criterion(
        "delivery", text("Livraison et retrait", "Delivery and collection"),
        text("Les modes, les délais et les frais de livraison ou de retrait sont-ils les mêmes ?", "Are the ways, times and costs of delivery or collection the same?"),
        text("Acheter sur l'un et recevoir ou retirer par l'autre est possible ; le suivi est commun.", "Buying on one and receiving or collecting by the other is possible, with one tracking."),
        text("Choisir un retrait ou une livraison depuis chaque canal et comparer les dates promises.", "Choose collection or delivery from each channel and compare the promised dates."),
        text("C'est souvent la raison même de changer de canal.", "It is often the very reason for changing channel."),
        [*SELLING, "mail", "help", "product"],
    ),
    Criterion(
        "returns", text("Retours et remboursements", "Returns and refunds"),
        text("Ce qui est acheté sur l'un peut-il être rendu par l'autre, dans les mêmes conditions ?", "Can what was bought on one be returned by the other, on the same terms?"),
        text("Mêmes délais, même preuve d'achat, remboursement par le moyen de paiement d'origine.", "Same deadline, same proof, refund by the original means of payment."),
        text("Rendre un achat d'essai par l'autre canal et chronométrer le remboursement.", "Return a test purchase by the other channel and time the refund."),
        text("Un retour facile décide souvent du prochain achat.", "An easy return often decides on the next purchase."),
        [*SELLING, "mail", "help", "product"],
    ),
    Criterion(
        "payment", text("Moyens de paiement", "Means of payment"),
        text("Les moyens de paiement, cartes cadeaux et avoirs sont-ils acceptés sur les deux ?", "Are means of payment, gift cards and credit notes accepted on both?"),
        text("Un avoir obtenu sur l'un se dépense sur l'autre ; ce qui manque est annoncé avant.", "A credit note from one is spent on the other; what is missing is said beforehand."),
        text("Essayer un avoir et une carte cadeau de chaque canal sur l'autre.", "Try a credit note and a gift card of each channel on the other."),
        text("Un refus au moment de payer perd un client décidé.", "A refusal at the moment of paying loses somebody who had decided."),
        SELLING,
    ),
    Criterion(
        "loyalty", text("Points et avantages de fidélité", "Loyalty points and benefits"),
        text("Les points se gagnent-ils, se voient-ils et se dépensent-ils de la même façon ?", "Are points earned, seen and spent in the same way?"),
        text("Un seul solde, à jour dans la journée, utilisable partout.", "One balance, current within the day, usable everywhere."),
        text("Gagner des points sur l'un et regarder le solde sur l'autre le lendemain.", "Earn points on one and look at the balance on the other the next day."),
        text("Les clients fidèles sont ceux qui changent le plus souvent de canal.", "Loyal customers are those who use several channels."),
        [*SELLING, "mail", "help"],
    ),
    Criterion(
        "hours", text("Horaires et coordonnées", "Opening hours and contact data"),
        text("Les horaires, l'adresse et les moyens de joindre l'un sont-ils justes sur l'autre ?", "Are the hours, address and ways to reach one right on the other?"),
        text("Mêmes horaires partout, jours fériés compris ; un lien mène à la bonne personne.", "Same hours everywhere, holidays included; a link leads to the right person."),
        text("Comparer les horaires affichés, appeler le numéro indiqué, suivre le lien.", "Compare the hours shown, call the number given, follow the link."),
        text("C'est l'erreur la plus simple à corriger, et la plus visible.", "It is the easiest mistake to correct, and the most visible."),
        ["web", "shop", "phone", "chat", "mail", "social", "help", "ads"],
    ),
    Criterion(
        "handover", text("Passage de l'un à l'autre", "Handing over"),
        text("Passer de l'un à l'autre est-il proposé au bon moment, sans cul-de-sac ?", "Is going from one to the other offered at the right moment, without a dead end?"),
        text("Un bouton, un code ou un lien emmène le client et son contexte.", "A button, a code or a link takes customers and their context along."),
        text("Se bloquer volontairement sur l'un et chercher comment continuer sur l'autre.", "Get stuck on purpose on one and look for how to go on with the other."),
        text("C'est entre deux canaux que les parcours se perdent.", "Journeys get lost between two channels."),
        ["web", "shop", "phone", "chat", "mail", "social", "help", "ads", "product"],
    ),
    Criterion(
        "consent", text("Consentement et données", "Consent and data"),
        text("Un choix fait sur l'un (consentement, désinscription, données corrigées) vaut-il sur l'autre ?", "Does a choice made on one (consent, unsubscribing, corrected data) hold on the other?"),
        text("Appliqué partout dans le délai annoncé ; le client voit ses choix au même endroit.", "Applied everywhere within the time that was said; choices are seen in one place."),
        text("Se désinscrire ou changer d'adresse sur l'un, puis observer l'autre une semaine.", "Unsubscribe or change an address on one, then watch the other for a week."),
        text("C'est une obligation légale autant qu'une marque de respect.", "It is a legal duty as much as a sign of respect."),
        ["web", "shop", "phone", "chat", "mail", "help"],
    ),
    Criterion(
        "accessibility", text("Accessibilité", "Accessibility"),
        text("Qui ne peut pas utiliser l'un trouve-t-il le même service, utilisable, sur l'autre ?", "Does somebody who cannot use one find the same service, usable, on the other?"),
        text("Clavier, lecteur d'écran, sous-titres, plain-pied ou aide : au moins une voie complète.", "Keyboard, screen reader, captions, step-free or help: at least one complete way."),
        text("Faire le parcours au clavier, puis sans le son, puis demander de l'aide sur place.", "Go through by keyboard, then without sound, then ask for help on site."),
        text("Un canal fermé ne doit pas fermer tout le parcours.", "One closed channel must not close the whole journey."),
        ["web", "shop", "phone", "chat", "help"],
    ),
)  # fmt: skip
