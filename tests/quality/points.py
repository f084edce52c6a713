"""Do virtual trials of a few numbers vary as real ones do? Against trials that were held out.

  python tests/quality/points.py --make table.csv --out trials      trials-train.npy, trials-test.npy
  python tests/quality/points.py samples.npy --real trials-test.npy

--make reads a CSV of numbers under a header, leaves out rows with gaps, brings each column to mean
0 and deviation 1, shuffles by seed 0 and holds out --hold-out rows.

frechet    of mean and covariance: |m - m'|^2 + tr(C + C' - 2 (C C')^1/2)
precision  share of samples within reach of a real trial, recall that of real trials within reach
           of a sample; a trial reaches to its fifth neighbour among its own (Kynkaanniemi et al.
           2019, arXiv:1904.06991, there in a network's features)
"""

import argparse
import json

import numpy as np
import scipy.linalg
from scipy.spatial import cKDTree

NEIGHBOURS = 5


def make(args):
    table = np.genfromtxt(args.make, delimiter=",", skip_header=1)
    table = table[~np.isnan(table).any(1)]
    table = (table - table.mean(0)) / table.std(0)
    rows = np.random.default_rng(0).permutation(table).astype(np.float32)
    if not 0 < args.hold_out < len(rows):
        raise SystemExit(f"{args.make}: {len(rows)} rows without gaps, {args.hold_out} to hold out")
    np.save(f"{args.out}-train.npy", rows[:-args.hold_out])
    np.save(f"{args.out}-test.npy", rows[-args.hold_out:])


def frechet(a, b):
    c, d = np.cov(a.T), np.cov(b.T)
    root = scipy.linalg.sqrtm(c @ d).real
    return float(((a.mean(0) - b.mean(0))**2).sum() + np.trace(c + d - 2 * root))


def within_reach(points, of):
    """Share of `points` that some trial of `of` reaches."""
    tree = cKDTree(of)
    reach = tree.query(of, NEIGHBOURS + 1)[0][:, -1]  # the first is itself
    distance, index = tree.query(points, len(of))
    return float((distance <= reach[index]).any(1).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("samples", nargs="?", help=".npy of generated trials")
    parser.add_argument("--real", help=".npy of held-out trials")
    parser.add_argument("--make", metavar="CSV", help="write trials of a table instead")
    parser.add_argument("--out", help="with --make: their name without -train.npy")
    parser.add_argument("--hold-out", type=int, default=2_000, help="with --make, default 2000")
    args = parser.parse_args()
    if args.make:
        if not args.out:
            parser.error("--make needs --out")
        return make(args)
    if not (args.samples and args.real):
        parser.error("give samples and --real, or --make")
    real = np.load(args.real, allow_pickle=False).astype(np.float64)
    samples = np.load(args.samples, allow_pickle=False).reshape(-1, real.shape[1])
    samples = samples[:len(real)].astype(np.float64)
    print(json.dumps({"frechet": frechet(samples, real), "precision": within_reach(samples, real),
                      "recall": within_reach(real, samples), "count": len(samples)}, indent=1))


if __name__ == "__main__":
    main()
