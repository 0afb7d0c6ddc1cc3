"""Amazon's six leadership principles as the guide names them (B19): questions that the review of a map asks of a journey.

The guide names the principles; the questions are our own.
"""

from collections.abc import Sequence

from improvements.checklists.base import Criterion, Section, text

PRINCIPLES: Sequence[Section] = (
    Section(
        "customer-obsession", text("Obsession du client", "Customer obsession"),
        text("Partir du client et remonter vers l'entreprise.", "Start with the customer and work backwards."),
        [
            Criterion("evidence", text("Preuves", "Evidence"),
                text("Chaque étape du parcours repose-t-elle sur ce que des clients ont dit ou fait ?", "Does each stage of the journey rest on what customers said or did?"),
                text("Une preuve datée par étape : enquête, entretien ou mesure.", "A dated piece of evidence a stage: survey, interview or measure."),
                text("Ouvrir la vue Preuves et compter les étapes sans preuve.", "Open the Evidence view and count the stages without any."),
                text("Sans preuve, la carte montre l'entreprise et non le client.", "Without evidence a map shows the company, not the customer.")),
            Criterion("goals", text("Attentes", "Goals"),
                text("Les attentes du client sont-elles écrites dans ses mots, à chaque étape ?", "Are the customer's goals written in their words, at each stage?"),
                text("Des verbes du client, pas des noms de services.", "Verbs of the customer, not names of departments."),
                text("Lire la ligne des attentes à voix haute devant quelqu'un du service client.", "Read the lane of goals aloud to somebody of customer service."),
                text("Les mots de l'entreprise cachent ce que l'on vient chercher.", "The company's words hide what people come for.")),
            Criterion("closed-loop", text("Rappel des insatisfaits", "Follow-up"),
                text("Un client insatisfait de ce parcours est-il rappelé ?", "Is somebody called back who was dissatisfied with this journey?"),
                text("Un responsable, un délai et une trace de chaque rappel.", "Somebody in charge, a deadline, a record of each call."),
                text("Prendre les trois dernières mauvaises notes et chercher ce qui a suivi.", "Take the three last bad scores and look what followed."),
                text("Demander un avis sans y répondre est pire que ne rien demander.", "Asking for an opinion without answering is worse than not asking.")),
        ],
    ),
    Section(
        "bias-for-action", text("Passer à l'action", "Bias for action"),
        text("Décider vite quand on peut revenir en arrière.", "Decide fast where a decision can be undone."),
        [
            Criterion("owner", text("Responsable et date", "Owner and date"),
                text("Chaque point de douleur important a-t-il une solution, un responsable et une date ?", "Does each important pain point have a solution, an owner and a date?"),
                text("Aucun signal ouvert depuis plus d'un mois sans décision.", "No signal open for over a month without a decision."),
                text("Filtrer les améliorations sans responsable et les signaux ouverts.", "Filter improvements without owner, and open signals."),
                text("Ce qui n'appartient à personne ne bouge pas.", "What belongs to nobody does not move.")),
            Criterion("small-step", text("Petit pas", "Small step"),
                text("Un changement réversible a-t-il été essayé depuis la dernière revue ?", "Has a reversible change been tried since the last review?"),
                text("Au moins un essai, petit, daté, avec son effet attendu.", "At least one trial, small, dated, with its expected effect."),
                text("Lire les solutions terminées depuis la date de la revue précédente.", "Read the solutions finished since the date of the previous review."),
                text("Un petit essai apprend plus qu'une longue étude.", "A small trial teaches more than a long study.")),
        ],
    ),
    Section(
        "think-big", text("Voir grand", "Think big"),
        text("Imaginer le parcours tel qu'il devrait être, pas seulement réparé.", "Imagine the journey as it should be, not only repaired."),
        [
            Criterion("to-be", text("Parcours cible", "To-be journey"),
                text("Un parcours cible existe-t-il, et va-t-il plus loin que la correction des irritants ?", "Is there a to-be journey that goes further than repairing?"),
                text("Au moins une étape disparaît ou devient un enchantement.", "At least one stage disappears or becomes a delight."),
                text("Comparer le parcours actuel et le parcours cible.", "Compare the as-is and the to-be journey."),
                text("Réparer l'existant ne suffit pas à se distinguer.", "Repairing what is there does not set anybody apart.")),
            Criterion("whole", text("Parcours entier", "Whole journey"),
                text("La carte va-t-elle de la première recherche jusqu'après l'usage, chez les autres aussi ?", "Does the map run from the first search to after use, also where others act?"),
                text("Ce qui se passe avant et après l'entreprise y figure.", "What happens before and after the company is on it."),
                text("Regarder ce que fait le client un jour avant la première étape et un mois après la dernière.", "Look at what customers do a day before the first stage and a month after the last."),
                text("Les meilleures idées naissent souvent hors du périmètre.", "The best ideas are often born outside the scope.")),
        ],
    ),
    Section(
        "are-right-a-lot", text("Avoir souvent raison", "Are right a lot"),
        text("Bien juger, et chercher ce qui contredit.", "Judge well, and look for what contradicts."),
        [
            Criterion("believed-measured", text("Estimé et mesuré", "Believed and measured"),
                text("La courbe estimée par l'équipe a-t-elle été comparée à la courbe mesurée ?", "Was the curve that the team believes compared with the measured one?"),
                text("Les écarts sont expliqués, étape par étape.", "Differences are explained, stage by stage."),
                text("Ouvrir la vue Courbe et nommer le plus grand écart.", "Open the Curve view and name the largest difference."),
                text("C'est là que l'équipe apprend où elle se trompe.", "That is where a team learns where it is wrong.")),
            Criterion("verdict", text("Effet vérifié", "Effect checked"),
                text("L'effet des dernières améliorations a-t-il été vérifié, même décevant ?", "Was the effect of the last improvements checked, even when disappointing?"),
                text("Valeur avant, valeur après, et ce qui a pu jouer d'autre.", "Value before, value after, and what else may have played a part."),
                text("Prendre les deux dernières solutions terminées et chercher leur KPI.", "Take the two last finished solutions and look for their KPI."),
                text("Sans vérification, on répète ce qui ne marche pas.", "Without checking, one repeats what does not work.")),
        ],
    ),
    Section(
        "learn-and-be-curious", text("Apprendre et être curieux", "Learn and be curious"),
        text("Aller voir, et poser des questions naïves.", "Go and see, and ask naive questions."),
        [
            Criterion("lived", text("Parcours vécu", "Lived through"),
                text("Quelqu'un de l'équipe a-t-il fait ce parcours comme un client ces trois derniers mois ?", "Has somebody of the team gone through this journey as a customer in the last three months?"),
                text("Du début à la fin, sans raccourci interne, avec des notes.", "From beginning to end, without internal short cuts, with notes."),
                text("Demander qui, quand, et ce qui a surpris.", "Ask who, when, and what was surprising."),
                text("Une heure de parcours vaut bien des tableaux.", "An hour on the journey is worth many tables.")),
            Criterion("others", text("Ailleurs", "Elsewhere"),
                text("Le même parcours a-t-il été regardé chez un concurrent ou dans un autre secteur ?", "Was the same journey looked at with a competitor or in another sector?"),
                text("Deux exemples notés, avec ce que l'on peut en reprendre.", "Two examples noted, with what can be taken over."),
                text("Lire les remarques sur les concurrents des points de contact.", "Read the notes on competitors of the touchpoints."),
                text("Les clients comparent avec la dernière bonne expérience, où qu'elle soit.", "Customers compare with their last good experience, wherever it was.")),
            Criterion("unknown", text("Ce que l'on ne sait pas", "What is unknown"),
                text("Les questions sans réponse du parcours sont-elles écrites, avec qui les cherche ?", "Are the open questions of the journey written down, with who looks for answers?"),
                text("Une liste courte, relue à chaque revue.", "A short list, read again at each review."),
                text("Chercher dans les commentaires et les points de contact sans KPI.", "Look in the comments and at touchpoints without KPI."),
                text("Une lacune écrite peut être comblée.", "A gap that is written down can be filled.")),
        ],
    ),
    Section(
        "hire-and-develop", text("Recruter et faire grandir", "Hire and develop"),
        text("Ceux qui servent le client ont les moyens et l'envie de bien faire.", "Those who serve customers have the means and the wish to do well."),
        [
            Criterion("means", text("Moyens d'agir", "Means to act"),
                text("Qui rencontre le client peut-il régler son problème sans demander la permission ?", "Can those who meet customers solve a problem without asking for permission?"),
                text("Une marge de décision écrite, connue et utilisée.", "A margin of decision that is written, known and used."),
                text("Demander à deux collègues en contact ce qu'ils n'ont pas le droit de faire.", "Ask two colleagues in contact what they are not allowed to do."),
                text("Chaque transfert vient d'un droit qui manque.", "Each transfer comes from a right that is missing.")),
            Criterion("trained", text("Formation", "Training"),
                text("Les équipes connaissent-elles ce parcours, au-delà de leur propre étape ?", "Do the teams know this journey beyond their own stage?"),
                text("La carte est présentée à l'arrivée et après chaque changement.", "The map is shown to newcomers and after each change."),
                text("Demander à un nouveau ce qui se passe avant et après lui.", "Ask a newcomer what happens before and after them."),
                text("On soigne mieux ce dont on connaît la suite.", "People take better care when they know what comes next.")),
        ],
    ),
)  # fmt: skip
