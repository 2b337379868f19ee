"""The mean of what several sets of seeds say, and how far apart they are."""

import numpy as np


def mean_of(sets: list[dict]) -> dict:
    """Metrics (nested dicts) of equal shape -> the mean of each number; of lists of names, those in every set.

    What is measured in some sets alone is the mean of those; what is no number is the first's.
    """
    result = {}
    for key in dict.fromkeys(key for each in sets for key in each):
        found = [each[key] for each in sets if each.get(key) is not None]
        result[key] = together(found) if found else None
    return result


def together(values: list):
    first, *rest = values
    if isinstance(first, dict):
        return mean_of(values)
    if isinstance(first, (bool, str)):
        return first
    if isinstance(first, list):
        return [item for item in first if all(item in other for other in rest)]
    mean = float(np.mean(values))
    return int(mean) if all(isinstance(value, int) for value in values) and mean == int(mean) else mean
