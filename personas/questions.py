"""What each of the ten fields asks (A7): and each quadrant of the empathy map: placeholders of the form, lines of the blank sheet."""

from django.utils.translation import gettext_lazy as _

from personas.models import Quadrant, TraitField

QUESTIONS = {
    TraitField.AGE: _("Which age band? For example 30–39."),
    TraitField.SEX: _("Women, men, both? In which shares?"),
    TraitField.PLACE: _("Large city, suburb, countryside? Which region?"),
    TraitField.VALUES: _("What matters in life? What would never be accepted?"),
    TraitField.INTERESTS: _("What is free time spent on? What is read, watched, followed?"),
    TraitField.LIFESTYLE: _("What does an ordinary day look like? Family, work, pace?"),
    TraitField.PURCHASE_HABITS: _("Where, when and how often? Compared with what? Paid how?"),
    TraitField.PRODUCT_USE: _("What is the product used for, how often, with whom?"),
    TraitField.GOALS: _("What should be achieved, for oneself or for others?"),
    TraitField.FRUSTRATIONS: _("What annoys, slows down, makes one give up?"),
}

EMPATHY_QUESTIONS = {
    Quadrant.SAYS: _("What was said in interviews, word for word? One entry a line."),
    Quadrant.THINKS: _("What is on their mind and not said aloud?"),
    Quadrant.DOES: _("What can be watched: gestures, detours, workarounds?"),
    Quadrant.FEELS: _("Which emotions, at which moment?"),
    Quadrant.PAINS: _("What hurts, costs time, worries?"),
    Quadrant.GAINS: _("What would be a success, a relief, a delight?"),
}
