"""The library as a file that teams hand around: the same columns out and in, so that a round trip changes nothing."""

from touchpoints.interchange.export import library_file
from touchpoints.interchange.plan import LibraryPlan, Line, plan_of, rows_in
from touchpoints.interchange.write import plan_apply

__all__ = ["LibraryPlan", "Line", "library_file", "plan_apply", "plan_of", "rows_in"]
