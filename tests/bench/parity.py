"""Whether the sides train the same thing. Peers take the same scripted steps (same start, same
draws), and their losses must agree with PyTorch's eager ones. vgan draws its own numbers, so it is
held to PyTorch's eager losses as a band: the means of the last third of some epochs, three seeds a
side. (Its step is held to PyTorch's number for number by tests/engine/test_golden.cpp.)"""

import math

LOSSES = "D loss", "G loss", "R1"
# Relative; sums in other orders in fp32, 10 and 8 bits of mantissa in tf32 and bf16.
TOLERANCE = {"fp32": 1e-4, "tf32": 1e-3, "bf16": 3e-3}
BAND = 0.25, 0.25, 0.5  # of PyTorch's span, around it; R1 is the noisiest
SEEDS = 1, 2, 3


def worst_difference(losses, wanted):
    """Largest relative difference of two [steps][3]; infinite where one is not a number."""
    if len(losses) != len(wanted) or not losses:
        return math.inf
    worst = 0.0
    for found, reference in zip(sum(losses, []), sum(wanted, [])):
        difference = abs(found - reference)
        relative = difference / abs(reference) if difference and reference else difference
        worst = max(worst, relative if math.isfinite(relative) else math.inf)
    return worst


def settled(losses):
    """Mean of each loss over the last third of [steps][3]."""
    last = losses[-max(1, len(losses) // 3):]
    return [sum(column) / len(last) for column in zip(*last)]


def in_band(ours, theirs):
    """For each loss dict(loss, ours, low, high, ok), of the runs [seeds][steps][3] of both sides."""
    found = []
    our_means, their_means = ([settled(run) for run in runs] for runs in (ours, theirs))
    for k, name in enumerate(LOSSES):
        values, references = ([means[k] for means in runs] for runs in (our_means, their_means))
        low, high = min(references) * (1 - BAND[k]), max(references) * (1 + BAND[k])
        found.append(dict(loss=name, ours=values, low=low, high=high,
                          ok=bool(values) and all(low <= value <= high for value in values)))
    return found
