"""Effects that must not be lost: rows written with the change that they tell of, delivered afterwards by workers."""
