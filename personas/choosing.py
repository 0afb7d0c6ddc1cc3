"""Which personas does an organisation need? Rules over sector, type of company and audience propose them.

A rule names whom to describe, why, and what to find out. It holds for all sectors, types and audiences that it does not
restrict; what it proposes is a hypothesis, never data. Texts are pairs (French, English), as in the guides' taxonomy.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import get_language, gettext

from cxmap.lib.text import fold
from cxmap.workspaces.models import User, Workspace
from personas.models import Market, Persona, PersonaSector, Relation, SectionKind, Status
from personas.services import SectionEntry, persona_create

Pair = tuple[str, str]
S, M, R = PersonaSector, Market, Relation
B2C, B2B, B2B2C, PUBLIC, ASSO = M.B2C, M.B2B, M.B2B2C, M.PUBLIC, M.ASSOCIATION
SELLING = (B2C, B2B, B2B2C)
TO_PEOPLE = (B2C, B2B2C)


@dataclass(frozen=True, slots=True)
class Rule:
    code: str
    name: Pair
    reason: Pair
    questions: tuple[Pair, ...]
    relation: Relation
    markets: tuple[Market, ...] = tuple(Market)
    sectors: tuple[PersonaSector, ...] = tuple(PersonaSector)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A persona to describe; `existing` is one of the workspace with this name."""

    code: str
    name: str
    reason: str
    questions: Sequence[str]
    relation: Relation
    existing: Persona | None


def _q(*pairs: Pair) -> tuple[Pair, ...]:
    return pairs


RULES = (
    # Audiences, whatever the sector
    Rule("comparing-prospect", ("Le prospect qui compare", "The comparing prospect"),
         ("Il choisit avant de vous parler : ce qui le retient se joue sur des points de contact que vous ne maîtrisez pas tous.",
          "Chooses before talking to you: what holds them back happens on touchpoints that you do not all control."),
         _q(("Quels concurrents compare-t-il, et sur quels critères ?", "Which competitors are compared, and by which criteria?"),
            ("Où cherche-t-il l'information, et à qui fait-il confiance ?", "Where is information looked for, and who is trusted?"),
            ("À quel moment abandonne-t-il, et pourquoi ?", "At which moment do they give up, and why?")), R.PROSPECT, SELLING),
    Rule("first-purchase", ("Le nouveau client", "The new customer"),
         ("Les premières semaines décident de la fidélité : il découvre l'écart entre la promesse et l'usage.",
          "The first weeks decide on loyalty: the gap between promise and use shows."),
         _q(("Quelle promesse l'a décidé ?", "Which promise made them decide?"),
            ("Qu'est-ce qui l'a surpris, en bien ou en mal, la première fois ?", "What surprised them, well or badly, the first time?"),
            ("De quelle aide a-t-il eu besoin, et l'a-t-il trouvée ?", "Which help was needed, and was it found?")), R.NEW, SELLING),
    Rule("regular", ("Le client fidèle", "The loyal customer"),
         ("Il fait vivre l'entreprise et la recommande ; ses attentes sont plus hautes et ses déceptions moins visibles.",
          "Keeps the company alive and recommends it; expects more, and is disappointed less visibly."),
         _q(("Pourquoi reste-t-il : satisfaction, habitude, coût du changement ?", "Why stay: satisfaction, habit, cost of changing?"),
            ("Qu'est-ce qui le ferait partir ?", "What would make them leave?"),
            ("Recommande-t-il, à qui et avec quels mots ?", "Do they recommend, to whom and in which words?")), R.LOYAL, SELLING),
    Rule("silent-leaver", ("Le client qui s'éloigne", "The customer who drifts away"),
         ("Il ne se plaint plus : les signaux (moins d'usage, contacts répétés) précèdent le départ.",
          "No longer complains: signals (less use, repeated contacts) come before leaving."),
         _q(("Quels signaux a-t-il donnés dans les trois mois ?", "Which signals came in the last three months?"),
            ("Quel problème est resté sans réponse ?", "Which problem stayed without an answer?")), R.AT_RISK, SELLING),
    Rule("lost", ("Le client perdu", "The lost customer"),
         ("Lui seul connaît la vraie raison du départ, et ce qu'il a trouvé ailleurs.",
          "Only they know the real reason for leaving, and what was found elsewhere."),
         _q(("Quel événement a déclenché le départ ?", "Which event triggered the leaving?"),
            ("Qu'a-t-il trouvé ailleurs ?", "What was found elsewhere?"),
            ("À quelle condition reviendrait-il ?", "On which condition would they come back?")), R.LOST, SELLING),
    Rule("front-line", ("L'agent de première ligne", "The front-line employee"),
         ("Ce qu'il subit (outils, procédures, objectifs), le client le ressent ; il connaît les irritants avant les tableaux de bord.",
          "What they put up with (tools, procedures, targets) customers feel; they know what annoys before any dashboard does."),
         _q(("Quelles demandes ne peut-il pas résoudre seul ?", "Which requests cannot be solved alone?"),
            ("Quels contournements a-t-il inventés ?", "Which workarounds were invented?"),
            ("Qu'entend-il des clients qui n'arrive jamais au siège ?", "What do customers say that never reaches headquarters?")), R.EMPLOYEE),
    Rule("back-office", ("Le gestionnaire en coulisses", "The back-office employee"),
         ("Les délais et les erreurs que le client voit naissent souvent ici.",
          "Delays and errors that customers see often begin here."),
         _q(("Où les dossiers attendent-ils, et pourquoi ?", "Where do files wait, and why?"),
            ("Quelle information manque quand le dossier arrive ?", "Which information is missing when a file arrives?")), R.EMPLOYEE,
         sectors=(S.BANKING, S.INSURANCE, S.PUBLIC, S.HEALTH, S.ENERGY, S.TELECOM)),
    # Types of company
    Rule("decider", ("Le décideur", "The decision-maker"),
         ("Il signe sans utiliser : il achète un risque maîtrisé et un résultat, pas des fonctions.",
          "Signs without using: buys a controlled risk and a result, not features."),
         _q(("À quels indicateurs est-il jugé ?", "By which indicators are they judged?"),
            ("Qui consulte-t-il avant de signer, et qui peut bloquer ?", "Who is consulted before signing, and who can block?")), R.PROSPECT, (B2B, B2B2C)),
    Rule("procurement", ("L'acheteur professionnel", "The professional buyer"),
         ("Il met en concurrence : son parcours (appel d'offres, conformité, facturation) n'est pas celui de l'utilisateur.",
          "Puts out to tender: the journey (tender, compliance, invoicing) is not the user's."),
         _q(("Quels critères éliminent un fournisseur ?", "Which criteria rule a supplier out?"),
            ("Où perd-il du temps entre la commande et la facture ?", "Where is time lost between order and invoice?")), R.PROSPECT, (B2B,)),
    Rule("daily-user", ("L'utilisateur au quotidien", "The everyday user"),
         ("Il n'a pas choisi le produit mais fait ou défait le renouvellement.",
          "Did not choose the product, but makes or breaks the renewal."),
         _q(("Dans quelle tâche le produit intervient-il, à quelle fréquence ?", "In which task is the product used, how often?"),
            ("Que fait-il quand cela bloque : support, collègue, contournement ?", "What happens when it blocks: support, colleague, workaround?")), R.LOYAL, (B2B,)),
    Rule("reseller", ("Le partenaire distributeur", "The reselling partner"),
         ("Il porte votre promesse devant le client final et arbitre entre vous et vos concurrents.",
          "Carries your promise to the final customer and chooses between you and your competitors."),
         _q(("Pourquoi met-il une marque en avant plutôt qu'une autre ?", "Why is one brand put forward rather than another?"),
            ("Quelles questions de clients restent sans réponse de votre part ?", "Which customer questions do you leave unanswered?")), R.PARTNER, (B2B2C, B2B)),
    Rule("citizen-entitled", ("L'usager qui ne connaît pas ses droits", "The person who does not know their rights"),
         ("Le non-recours se joue avant le premier contact, là où aucune statistique de guichet ne le voit.",
          "Not claiming happens before the first contact, where no counter statistic sees it."),
         _q(("Par qui apprend-il qu'un droit existe ?", "From whom do they learn that a right exists?"),
            ("Qu'est-ce qui décourage la demande : pièces, langue, honte, délai ?", "What discourages the claim: papers, language, shame, delay?")), R.PROSPECT, (PUBLIC,)),
    Rule("offline", ("L'usager éloigné du numérique", "The person far from digital tools"),
         ("Un service surtout en ligne l'exclut ou le rend dépendant d'un aidant.",
          "A service that is mostly online excludes them, or makes them depend on a helper."),
         _q(("Que fait-il seul, que fait-il faire, par qui ?", "What is done alone, what is done by others, by whom?"),
            ("Quel accueil physique ou téléphonique lui reste-t-il ?", "Which counter or telephone is left?")), R.LOYAL, (PUBLIC, B2C),
         (S.PUBLIC, S.BANKING, S.ENERGY, S.HEALTH, S.INSURANCE, S.TRANSPORT)),
    Rule("new-applicant", ("Le primo-demandeur", "The first-time applicant"),
         ("Il découvre la procédure au moment où il en a besoin : chaque pièce refusée ajoute des semaines.",
          "Discovers the procedure when it is needed: each paper refused adds weeks."),
         _q(("Qu'est-ce qui a déclenché la démarche ?", "What triggered the application?"),
            ("Quelles pièces ou quels termes n'a-t-il pas compris ?", "Which papers or words were not understood?")), R.NEW, (PUBLIC,)),
    Rule("local-relay", ("Le travailleur social ou relais local", "The social worker or local relay"),
         ("Il fait la démarche avec ou pour l'usager : son parcours en décide beaucoup d'autres.",
          "Applies with or for people: this journey decides many others."),
         _q(("Combien de personnes accompagne-t-il, et sur quels blocages ?", "How many people are helped, over which obstacles?"),
            ("Quel contact direct lui faudrait-il ?", "Which direct contact would be needed?")), R.PRESCRIBER, (PUBLIC, ASSO)),
    Rule("donor", ("Le donateur occasionnel", "The occasional donor"),
         ("Le deuxième don coûte moins que le premier, mais dépend du remerciement et de la preuve d'utilité.",
          "The second gift costs less than the first, but depends on thanks and on proof of use."),
         _q(("Qu'est-ce qui a déclenché le premier don ?", "What triggered the first gift?"),
            ("Qu'a-t-il reçu ensuite, et qu'en a-t-il pensé ?", "What came afterwards, and what was thought of it?")), R.NEW, (ASSO,)),
    Rule("volunteer", ("Le bénévole", "The volunteer"),
         ("Il donne du temps et parle de vous ; il part sans bruit quand on l'organise mal.",
          "Gives time and speaks of you; leaves quietly when badly organised."),
         _q(("Pourquoi est-il venu, pourquoi reste-t-il ?", "Why come, why stay?"),
            ("Qu'est-ce qui lui fait perdre son temps ?", "What wastes their time?")), R.LOYAL, (ASSO,)),
    Rule("beneficiary", ("Le bénéficiaire", "The beneficiary"),
         ("Ce n'est pas lui qui finance : sa voix manque vite dans les décisions.",
          "Not the one who pays: this voice is soon missing from decisions."),
         _q(("Comment est-il arrivé jusqu'à vous ?", "How did they reach you?"),
            ("Qu'attend-il qu'il n'ose pas demander ?", "What is expected and not asked for?")), R.NEW, (ASSO,)),
    # Sectors
    Rule("hurried-buyer", ("L'acheteur pressé sur mobile", "The hurried buyer on the phone"),
         ("Il abandonne au premier obstacle (compte, frais, livraison) et ne revient pas le dire.",
          "Gives up at the first obstacle (account, fees, delivery) and does not come back to say so."),
         _q(("Quand et où achète-t-il ?", "When and where do they buy?"),
            ("Quelle étape du paiement ou de la livraison le fait renoncer ?", "Which step of payment or delivery makes them give up?")), R.NEW, TO_PEOPLE, (S.RETAIL,)),
    Rule("store-fan", ("L'habitué du magasin", "The regular of the shop"),
         ("Il vient pour le conseil et prépare ou finit ses achats en ligne : il voit les ruptures entre canaux.",
          "Comes for advice and prepares or ends purchases online: sees the breaks between channels."),
         _q(("Que vient-il chercher que le site ne donne pas ?", "What is sought that the site does not give?"),
            ("Le retrait, le retour et la fidélité fonctionnent-ils d'un canal à l'autre ?", "Do collection, returns and loyalty work across channels?")), R.LOYAL, TO_PEOPLE, (S.RETAIL,)),
    Rule("home-buyer", ("Le couple qui achète son premier logement", "The couple buying their first home"),
         ("Un moment de vérité rare et anxieux, où l'on choisit sa banque pour vingt ans.",
          "A rare and anxious moment of truth, in which a bank is chosen for twenty years."),
         _q(("Qui les conseille : courtier, famille, agent immobilier ?", "Who advises: broker, family, estate agent?"),
            ("À quelles étapes restent-ils sans nouvelles ?", "At which stages do they hear nothing?")), R.PROSPECT, TO_PEOPLE, (S.BANKING, S.INSURANCE)),
    Rule("fragile-client", ("Le client en difficulté financière", "The customer in financial difficulty"),
         ("Les frais, les refus et le ton des courriers pèsent plus qu'ailleurs ; la réglementation l'impose aussi.",
          "Fees, refusals and the tone of letters weigh more here; regulation asks for it too."),
         _q(("Quel événement a précédé la difficulté ?", "Which event came before the difficulty?"),
            ("Quel premier contact l'aide, lequel l'humilie ?", "Which first contact helps, which one humiliates?")), R.AT_RISK, TO_PEOPLE, (S.BANKING, S.ENERGY, S.TELECOM, S.INSURANCE)),
    Rule("claimant", ("L'assuré en sinistre", "The insured with a claim"),
         ("Le contrat ne se juge qu'au sinistre : délai, clarté, humanité.",
          "A policy is judged only at a claim: delay, clarity, humanity."),
         _q(("Qu'a-t-il compris de sa couverture avant le sinistre ?", "What was understood of the cover before the claim?"),
            ("À quels moments attend-il sans savoir ?", "When do they wait without knowing?")), R.LOYAL, sectors=(S.INSURANCE,)),
    Rule("broker", ("Le courtier", "The broker"),
         ("Il compare pour le client et juge d'abord votre rapidité de réponse.",
          "Compares for the customer and first judges how fast you answer."),
         _q(("Sur quoi écarte-t-il un assureur ou une banque ?", "Why is an insurer or a bank ruled out?"),), R.PRESCRIBER, SELLING, (S.INSURANCE, S.BANKING)),
    Rule("mover", ("Le client qui déménage", "The customer who moves house"),
         ("Le déménagement est le premier motif de résiliation et de mise en concurrence.",
          "Moving house is the first reason to cancel and to compare."),
         _q(("Combien de temps avant l'emménagement s'y prend-il ?", "How long before moving in does it start?"),
            ("Que se passe-t-il si le service manque le premier jour ?", "What happens if the service is missing on the first day?")), R.AT_RISK, TO_PEOPLE, (S.ENERGY, S.TELECOM)),
    Rule("bill-worried", ("Le foyer inquiet de sa facture", "The household worried about its bill"),
         ("La facture est souvent le seul contact de l'année ; incomprise, elle devient un appel ou un impayé.",
          "The bill is often the only contact of the year; not understood, it becomes a call or a debt."),
         _q(("Que regarde-t-il sur la facture, que n'y comprend-il pas ?", "What is looked at on the bill, what is not understood?"),
            ("Quels gestes a-t-il déjà essayés ?", "What has been tried already?")), R.LOYAL, TO_PEOPLE, (S.ENERGY, S.TELECOM)),
    Rule("first-patient", ("Le patient avant une première intervention", "The patient before a first treatment"),
         ("L'inquiétude colore tout : une consigne mal comprise devient une annulation.",
          "Worry colours everything: an instruction misunderstood becomes a cancellation."),
         _q(("Que craint-il, à qui ose-t-il le dire ?", "What is feared, who is told?"),
            ("Quelles informations reçoit-il deux fois, lesquelles jamais ?", "Which information comes twice, which never?")), R.NEW, sectors=(S.HEALTH,)),
    Rule("carer", ("Le proche aidant", "The family carer"),
         ("Il prend les rendez-vous, transporte, paie ; aucun formulaire n'est écrit pour lui.",
          "Makes appointments, drives, pays; no form is written for this person."),
         _q(("Quelles démarches fait-il à la place de l'autre ?", "What is done in another's place?"),
            ("Quand craque-t-il ?", "When does it become too much?")), R.PRESCRIBER, sectors=(S.HEALTH, S.PUBLIC, S.INSURANCE)),
    Rule("referrer", ("Le médecin qui adresse", "The referring doctor"),
         ("Il choisit où envoyer le patient selon les délais et le retour d'information.",
          "Chooses where to send patients by delays and by the news that comes back."),
         _q(("Comment apprend-il ce qui est arrivé à son patient ?", "How is it learnt what happened to the patient?"),), R.PRESCRIBER, sectors=(S.HEALTH,)),
    Rule("family-traveller", ("La famille qui prépare son séjour", "The family preparing a stay"),
         ("L'achat est long, à plusieurs, et la déception ne se rattrape pas avant l'an prochain.",
          "The purchase is long, made by several, and a disappointment cannot be repaired before next year."),
         _q(("Qui propose, qui décide, qui réserve ?", "Who proposes, who decides, who books?"),
            ("Quels avis lisent-ils, et lesquels les arrêtent ?", "Which reviews are read, which of them stop the purchase?")), R.PROSPECT, TO_PEOPLE, (S.TOURISM,)),
    Rule("business-traveller", ("Le voyageur d'affaires", "The business traveller"),
         ("Habitué, pressé, remboursé par un tiers : il paie pour la fiabilité et la facture juste.",
          "Experienced, hurried, paid for by another: buys reliability and a correct invoice."),
         _q(("Que fait-il quand le plan change au dernier moment ?", "What happens when plans change at the last moment?"),
            ("Que lui coûte une facture fausse ?", "What does a wrong invoice cost?")), R.LOYAL, sectors=(S.TOURISM, S.TRANSPORT)),
    Rule("commuter", ("L'usager quotidien des transports", "The daily commuter"),
         ("Le même irritant revient deux cents fois par an ; l'information en cas d'incident compte plus que l'incident.",
          "The same annoyance comes two hundred times a year; news of an incident counts more than the incident."),
         _q(("Comment apprend-il qu'un trajet est perturbé ?", "How is a disruption learnt of?"),
            ("Quelle solution de repli a-t-il ?", "What is the fallback?")), R.LOYAL, sectors=(S.TRANSPORT,)),
    Rule("trial-user", ("L'utilisateur en période d'essai", "The user on trial"),
         ("Il décide en quelques sessions : la première valeur obtenue pèse plus que la liste des fonctions.",
          "Decides in a few sessions: the first value obtained weighs more than the list of features."),
         _q(("Quel résultat voulait-il dès la première session ?", "Which result was wanted in the first session?"),
            ("Où s'arrête-t-il sans demander d'aide ?", "Where do they stop without asking for help?")), R.PROSPECT, SELLING, (S.SOFTWARE,)),
    Rule("administrator", ("L'administrateur de la solution", "The administrator of the product"),
         ("Il déploie, forme et défend l'outil ; sa fatigue précède la résiliation.",
          "Rolls out, trains and defends the tool; this fatigue comes before cancelling."),
         _q(("Quelles demandes internes reçoit-il chaque semaine ?", "Which internal requests come every week?"),
            ("Que ne peut-il pas régler sans le support ?", "What cannot be settled without support?")), R.LOYAL, (B2B, B2B2C, PUBLIC), (S.SOFTWARE,)),
    Rule("maintenance", ("Le responsable de maintenance", "The maintenance manager"),
         ("L'arrêt de ligne se compte à l'heure : pièces, documentation et astreinte font la fidélité.",
          "A stopped line is counted by the hour: parts, documents and on-call service make loyalty."),
         _q(("Que se passe-t-il dans la première heure d'une panne ?", "What happens in the first hour of a breakdown?"),
            ("Où cherche-t-il une référence de pièce ?", "Where is a part number looked for?")), R.LOYAL, (B2B,), (S.INDUSTRY, S.ENERGY)),
    Rule("engineer", ("Le bureau d'études prescripteur", "The specifying engineer"),
         ("Il inscrit votre produit au cahier des charges bien avant l'acheteur.",
          "Writes your product into the specification long before the buyer comes."),
         _q(("Quelles données techniques lui manquent au moment de choisir ?", "Which technical data are missing when choosing?"),), R.PRESCRIBER, (B2B, B2B2C), (S.INDUSTRY, S.ENERGY)),
    Rule("learner", ("L'apprenant qui reprend une formation", "The learner coming back to study"),
         ("Il concilie travail, famille et études : l'abandon vient rarement du contenu.",
          "Combines work, family and study: giving up rarely comes from the content."),
         _q(("Quand étudie-t-il réellement ?", "When is studying really done?"),
            ("Quel échange l'a retenu ou découragé ?", "Which exchange kept or discouraged them?")), R.NEW, sectors=(S.EDUCATION,)),
    Rule("word-of-mouth", ("Le proche qui recommande", "The friend who recommends"),
         ("Sa phrase vaut plus que la publicité : il faut savoir quand et comment il la dit.",
          "This sentence is worth more than advertising: when and how is it said?"),
         _q(("À quelle occasion parle-t-il de vous ?", "On which occasion do they speak of you?"),
            ("Quels mots emploie-t-il ?", "Which words are used?")), R.PRESCRIBER, TO_PEOPLE),
)  # fmt: skip


def _in_language(pair: Pair) -> str:
    return pair[0] if (get_language() or "").startswith("fr") else pair[1]


def proposals(
    *,
    sector: str,
    market: str,
    relations: Collection[str],
    existing: Iterable[Persona] = (),
) -> list[Proposal]:
    """Return what the rules propose, those made for this sector first; an empty choice restricts nothing."""
    known = {fold(persona.name): persona for persona in existing}
    every = len(PersonaSector)
    fitting = [
        rule
        for rule in RULES
        if (not sector or sector in rule.sectors)
        and (not market or market in rule.markets)
        and (not relations or rule.relation in relations)
    ]
    order = list(Relation)
    fitting.sort(key=lambda rule: (order.index(rule.relation), len(rule.sectors) == every))
    return [
        Proposal(
            code=rule.code,
            name=_in_language(rule.name),
            reason=_in_language(rule.reason),
            questions=[_in_language(question) for question in rule.questions],
            relation=rule.relation,
            existing=known.get(fold(_in_language(rule.name))),
        )
        for rule in fitting
    ]


@transaction.atomic
def personas_from_proposals(
    *, workspace: Workspace, actor: User, proposals: Sequence[Proposal], sector: str, market: str
) -> list[Persona]:
    """Make drafts to be researched: name, reason as a hypothesis, questions. Nothing is said about customers yet."""
    return [
        persona_create(
            workspace=workspace,
            actor=actor,
            name=proposal.name,
            summary=gettext("Hypothesis, to be checked: %(reason)s") % {"reason": proposal.reason},
            status=Status.TO_RESEARCH,
            sector=sector,
            market=market,
            relation=proposal.relation,
            sections=[
                SectionEntry(SectionKind.QUESTIONS, gettext("Questions to answer"), {"items": list(proposal.questions)})
            ],
        )
        for proposal in proposals
    ]
