"""What the command palette of a map knows by name. Each command is found by its French and English name and by other words."""

from typing import Any

from django.utils.translation import gettext, gettext_lazy, override, pgettext

_ = gettext_lazy

# id (static/js/map/commands.js), name, keys, needs the right to edit, further words that people type
COMMANDS: tuple[tuple[str, Any, str, bool, str], ...] = (
    ("step-after", _("Add a step after"), "N", True, "colonne moment column"),
    ("step-before", _("Add a step before"), "Shift+N", True, "colonne moment column"),
    ("stage-after", _("Add a stage after"), "", True, "phase étape"),
    ("lane-add", _("Add a lane"), "", True, "couloir swimlane row ligne"),
    ("touchpoint-add", _("Put a touchpoint at this step"), "T", True, "point de contact"),
    ("kpi-bind", _("Bind a KPI at this step"), "M", True, "metric indicateur mesure"),
    ("pain-add", _("Note a pain point at this step"), "P", True, "irritant friction problem problème"),
    ("opportunity-add", _("Note an opportunity at this step"), "O", True, ""),
    ("solution-add", _("Propose a solution at this step"), "S", True, "idea idée quick win"),
    ("step-menu", _("Actions on this step: move, split, merge, delete…"), "", True, "déplacer scinder fusionner"),
    ("step-options", _("Optional, repeatable, branch, sub-journey, width…"), "", True, "embranchement boucle loop"),
    ("comment-here", _("Comment on this cell, card or header"), "Shift+F2", False, "commentaire discussion note"),
    ("comments", _("Show all comments of this map"), "", False, "commentaires discussion fil thread"),
    ("undo", _("Undo"), "Ctrl+Z", True, ""),
    ("redo", _("Redo"), "Ctrl+Shift+Z", True, ""),
    ("find", _("Find in the map"), "", False, "rechercher search"),
    ("search", _("Search the workspace"), "", False, "rechercher chercher find"),
    ("keys", _("Keys of the map"), "?", True, "raccourcis shortcuts clavier"),
    ("zoom-in", _("Larger"), "", False, "zoom"),
    ("zoom-out", _("Smaller"), "", False, "zoom"),
    ("zoom-100", _("Zoom to 100%"), "", False, ""),
    ("zoom-fit", _("Fit all columns into the window"), "", False, "zoom"),
    ("overview", _("Show or hide the overview"), "", False, "minimap vue d'ensemble"),
    ("lane-fold", _("Fold or unfold this lane"), "", False, "plier déplier collapse"),
    ("lanes-unfold", _("Unfold all lanes"), "", False, "déplier expand"),
    ("columns-narrow", _("Narrow columns"), "", True, "largeur width"),
    ("columns-wide", _("Wide columns"), "", True, "largeur width"),
    ("columns-fit", _("Columns that fit the screen"), "", True, "largeur width"),
    ("letters", _("Switch single-letter keys on or off"), "", False, "raccourcis shortcuts"),
    ("print", _("Print this page"), "Ctrl+P", False, "imprimer"),
)


def commands() -> dict[str, Any]:
    """Return the names for the palette in the reader's language; the other language's name is found too."""
    actions = []
    shift = pgettext("key", "Shift")
    for key, name, keys, edit, words in COMMANDS:
        also = [words]
        for language in ("fr", "en"):
            with override(language):
                also.append(str(name))
        actions.append(
            {"id": key, "name": str(name), "keys": keys.replace("Shift", shift), "edit": edit, "also": " ".join(also)}
        )
    return {
        "actions": actions,
        "go": gettext("Open: {name}"),
        "jump": gettext("Go to {name}"),
        "kinds": {"stage": gettext("stage"), "step": gettext("step"), "lane": gettext("lane")},
    }
