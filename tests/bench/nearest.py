"""Nearest rows: vgan beside scikit-learn's brute force and SciPy's k-d tree, in one run.

usage: python3 nearest.py VGAN_BENCH [QUERIES POINTS COLUMNS]     default: 10000 100000 15

Rows are normal numbers; five neighbours of each query are found. The three take turns, three rounds; printed are the
medians of the time that passes, and the others' by vgan's. Each has as many threads as the machine. Needs numpy,
scikit-learn and scipy.
"""
import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np
from scipy.spatial import cKDTree
from sklearn.neighbors import NearestNeighbors

NEIGHBOURS = 5  # as apps/bench/workload.hpp has it


def seconds_of(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def vgan_seconds(bench, queries, points, columns):
    out = subprocess.run([bench, "op", "--op", "nearest_rows", "--shape", f"{queries},{columns},{points}",
                          "--device", "cpu", "--threads", str(len(os.sched_getaffinity(0))), "--rounds", "1",
                          "--json", "-"], check=True, capture_output=True, text=True).stdout
    return json.loads(out)["operations"][0]["us"]["median"] * 1e-6


def main():
    bench = sys.argv[1]
    queries, points, columns = map(int, sys.argv[2:] or (10000, 100000, 15))
    dice = np.random.default_rng(1)
    x, y = (dice.standard_normal((n, columns), dtype=np.float32) for n in (queries, points))
    brute = NearestNeighbors(n_neighbors=NEIGHBOURS, algorithm="brute", n_jobs=-1).fit(y)
    sides = {
        "vgan": lambda: vgan_seconds(bench, queries, points, columns),
        "scikit-learn, brute force": lambda: seconds_of(lambda: brute.kneighbors(x)),
        "SciPy, k-d tree": lambda: seconds_of(lambda: cKDTree(y).query(x, NEIGHBOURS, workers=-1)),
    }
    seconds = {name: [] for name in sides}
    for _ in range(3):
        for name, side in sides.items():
            seconds[name].append(side())
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, median in medians.items():
        print(f"{name:28} {median:9.3f} s {median / medians['vgan']:7.1f}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 5):
        raise SystemExit(__doc__)
    main()
