"""Do virtual trials of a few numbers vary as real ones do? Against trials that were held out.

  python tests/quality/points.py --make table.csv --out trials    trials-train.npy, -test.npy
  python tests/quality/points.py samples.npy --real trials-test.npy
  python tests/quality/points.py --selfcheck

--make reads a CSV of numbers under a header, leaves out rows with gaps, brings each column to mean
0 and deviation 1, shuffles by seed 0 and holds out --hold-out rows.

frechet    of mean and covariance: |m - m'|^2 + tr(C + C' - 2 (C C')^1/2)
precision  share of samples within reach of a real trial, recall that of real trials within reach
           of a sample; a trial reaches to its fifth neighbour among its own (Kynkaanniemi et al.
           2019, arXiv:1904.06991, there in a network's features). Trials at the fringe reach far:
           a shift of all shows in frechet rather than here
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


def measure(samples, real):
    return {"frechet": frechet(samples, real), "precision": within_reach(samples, real),
            "recall": within_reach(real, samples), "count": len(samples)}


def selfcheck():
    """Each line states what must hold; any failure ends the run with status 1."""
    rng, failed = np.random.default_rng(1), []

    def check(text, samples, holds):
        got = measure(samples, real)
        said = ", ".join(f"{name} {value:.3f}" for name, value in got.items())
        failed.append(not holds(got))
        print("FAIL" if failed[-1] else "ok  ", f"{text}: {said}")

    real = rng.normal(size=(1000, 3))
    check("the trials themselves", real, lambda got: abs(got["frechet"]) < 1e-6
          and got["precision"] == got["recall"] == 1)
    check("as many others", rng.normal(size=(1000, 3)), lambda got: got["frechet"] < 0.03
          and min(got["precision"], got["recall"]) > 0.95)
    check("mean 2 off in one number, Frechet 4", real + [2, 0, 0],
          lambda got: abs(got["frechet"] - 4) < 1e-6)
    check("ten trials over and over, a little off",
          np.tile(real[:10], (100, 1)) + rng.normal(0, 1e-3, (1000, 3)),
          lambda got: got["precision"] > 0.99 and got["recall"] < 0.05)
    check("far away", real + 100, lambda got: got["precision"] == got["recall"] == 0)
    return any(failed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("samples", nargs="?", help=".npy of generated trials")
    parser.add_argument("--real", help=".npy of held-out trials")
    parser.add_argument("--make", metavar="CSV", help="write trials of a table instead")
    parser.add_argument("--out", help="with --make: their name without -train.npy")
    parser.add_argument("--hold-out", type=int, default=2_000, help="with --make, default 2000")
    parser.add_argument("--selfcheck", action="store_true", help="measure sets with known answers")
    args = parser.parse_args()
    if args.selfcheck:
        raise SystemExit(selfcheck())
    if args.make:
        if not args.out:
            parser.error("--make needs --out")
        return make(args)
    if not (args.samples and args.real):
        parser.error("give samples and --real, --make or --selfcheck")
    real = np.load(args.real, allow_pickle=False).astype(np.float64)
    samples = np.load(args.samples, allow_pickle=False).reshape(-1, real.shape[1])
    samples = samples[:len(real)].astype(np.float64)
    print(json.dumps(measure(samples, real), indent=1))


if __name__ == "__main__":
    main()
