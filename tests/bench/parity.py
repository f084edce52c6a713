"""Whether the sides train the same thing. Peers take the same scripted steps (same start, same
draws), and their losses must agree with PyTorch's eager ones. vgan draws its own numbers, so the
mean of its losses is held to that of PyTorch's eager ones, over the last third of some epochs and
three seeds a side, as nearly as so few runs can tell. (Its step is held to PyTorch's number for number by tests/device/test_golden.cpp.)"""

import math
import statistics

LOSSES = "D loss", "G loss", "R1"
# Relative; sums in other orders in fp32, 10 and 8 bits of mantissa in tf32 and bf16.
TOLERANCE = {"fp32": 1e-4, "tf32": 1e-3, "bf16": 3e-3}
BAND = 0.25, 0.25, 0.5  # of PyTorch's mean, around it, at the least; R1 is the noisiest
SEEDS = 1, 2, 3
# Student's t, two-sided, 0.001, by degrees of freedom from 1: a comparison makes a dozen such checks,
# and all hold in 99 of 100 when the sides train the same thing.
STUDENT = 636.6, 31.60, 12.92, 8.610, 6.869, 5.959, 5.408, 5.041, 4.781, 4.587


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


def chance(ours, theirs):
    """How far the means of two samples of one distribution lie apart at most, but for 1 in 1000."""
    freedom = len(ours) + len(theirs) - 2
    if freedom < 1:
        return 0.0
    squares = sum((x - statistics.fmean(side)) ** 2 for side in (ours, theirs) for x in side)
    return STUDENT[min(freedom, len(STUDENT)) - 1] * math.sqrt(
        squares / freedom * (1 / len(ours) + 1 / len(theirs)))


def in_band(ours, theirs):
    """For each loss dict(loss, ours, mean, low, high, ok), of the runs [seeds][steps][3] of both
    sides: the mean of ours lies within the band around the mean of theirs."""
    found = []
    our_means, their_means = ([settled(run) for run in runs] for runs in (ours, theirs))
    for k, name in enumerate(LOSSES):
        values, references = ([means[k] for means in runs] for runs in (our_means, their_means))
        middle = statistics.fmean(references)
        width = max(BAND[k] * abs(middle), chance(values, references))
        low, high = middle - width, middle + width
        mean = statistics.fmean(values) if values else math.nan
        found.append(dict(loss=name, ours=values, mean=mean, low=low, high=high,
                          ok=low <= mean <= high))
    return found
