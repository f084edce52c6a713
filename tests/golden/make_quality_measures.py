"""Makes quality_measures.json: measures of features, distances, curves and tables by other people's code.

usage: python3 make_quality_measures.py [FOLDER]     FOLDER: where it goes (default: beside this file)

Needs numpy, pandas<3, scipy, scikit-learn, sdmetrics and clean-fid; the committed file was made with the versions that
it names. clean-fid's module imports PyTorch, which its two formulas do not need: they are taken from its source by
their names, so `pip install --no-deps clean-fid` is enough. The tables are those of make_table_measures.py.
"""
import ast
import importlib.metadata
import importlib.util
import json
import pathlib
import sys

import numpy as np
import pandas as pd
from scipy import linalg, signal
from scipy.spatial.distance import cdist, pdist
from scipy.stats import wasserstein_distance
from sdmetrics.column_pairs import ContingencySimilarity, CorrelationSimilarity
from sdmetrics.single_column import KSComplement, TVComplement
from sklearn.metrics import roc_auc_score
from sklearn.metrics.pairwise import polynomial_kernel, rbf_kernel

NUMBERS = ["speed", "angle", "load", "force"]
WORDS = ["kind", "site", "verdict", "grade"]
LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95]


def clean_fid():
    """frechet_distance and kernel_distance of clean-fid, without the rest of its module."""
    source = pathlib.Path(importlib.util.find_spec("cleanfid").origin).parent / "fid.py"
    wanted = {"frechet_distance", "kernel_distance"}
    tree = ast.parse(source.read_text())
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in wanted]
    names = dict(np=np, linalg=linalg)
    exec(compile(tree, str(source), "exec"), names)
    return names["frechet_distance"], names["kernel_distance"]


def unbiased(kernel, x, y):
    """Gretton et al. 2012, equation 3, of any kernel."""
    xx, yy, xy = kernel(x, x), kernel(y, y), kernel(x, y)
    m, n = len(x), len(y)
    return (xx.sum() - np.trace(xx)) / (m * (m - 1)) + (yy.sum() - np.trace(yy)) / (n * (n - 1)) - 2 * xy.mean()


def short(values):
    """Numbers of four decimals, as they are written; a float of them is the one that was measured."""
    return values.round(4).tolist()


def features(random):
    real = random.normal(0, 1, (60, 5)) @ random.normal(0, 1, (5, 5))
    drawn = 1.2 * real[random.permutation(60)] + random.normal(0.3, 0.7, (60, 5))
    return real.round(4).astype(np.float32).astype(float), drawn.round(4).astype(np.float32).astype(float)


def of_features(real, drawn, directions):
    frechet, kernel_distance = clean_fid()
    fewer = drawn[:45]
    width = float(np.median(pdist(real)))
    return dict(
        frechet=float(frechet(real.mean(0), np.cov(real.T), fewer.mean(0), np.cov(fewer.T))),
        kernel_distance=kernel_distance(real, drawn, num_subsets=1, max_subset_size=1000),
        kernel_distance_fewer=float(unbiased(lambda a, b: polynomial_kernel(a, b, 3, 1 / a.shape[1], 1), real, fewer)),
        bandwidth=width,
        mmd_fewer=float(unbiased(lambda a, b: rbf_kernel(a, b, 0.5 / width**2), real, fewer)),
        wasserstein=[float(wasserstein_distance(real[:, j], fewer[:, j])) for j in range(real.shape[1])],
        sliced_wasserstein=float(np.mean([wasserstein_distance(real @ d, fewer @ d) for d in directions])),
    )


def of_distances(training, held_out, drawn):
    """Measures of privacy, with Euclidean distances."""
    to_training = np.sort(cdist(drawn, training), axis=1)
    own = cdist(held_out, training).min(1)
    members, others = cdist(training, drawn).min(1), cdist(held_out, drawn).min(1)
    near = np.quantile(own, 0.1)
    return dict(
        training=training.tolist(), held_out=held_out.tolist(), drawn=drawn.tolist(),
        near_distance=float(near),
        near_copies=float((to_training[:, 0] < near).mean()),
        closest_ratio=float(np.median(to_training[:, 0]) / np.median(own)),
        neighbour_ratio=float(np.median(to_training[:, 0] / to_training[:, 1])),
        membership=float(roc_auc_score(np.r_[np.ones(len(members)), np.zeros(len(others))], -np.r_[members, others])),
    )


def curves(random, rows, times, noise):
    """[rows, times, 2]: a wave and a random walk."""
    t = np.arange(times)
    wave = np.sin(2 * np.pi * (t / 6 + random.random((rows, 1)))) + noise * random.normal(0, 1, (rows, times))
    walk = 3 + np.cumsum(random.normal(0, 0.4, (rows, times)), 1)
    return np.stack([wave, walk], 2).round(4).astype(np.float32).astype(float)


def autocorrelation(x, lags):
    x = x - x.mean()
    return [float((x[lag:] * x[:-lag]).sum() / (x * x).sum()) for lag in range(1, lags + 1)]


def spectra(set_of_curves):
    """[channels, bins]: mean periodograms."""
    return np.stack([signal.periodogram(set_of_curves[:, :, c])[1].mean(0) for c in range(2)])


def of_curves(random, times):
    real, drawn = curves(random, 12, times, 0.3), curves(random, 9, times, 0.6)
    lags = times // 2
    both = [np.array([np.mean([autocorrelation(x, lags) for x in s[:, :, c]], 0) for c in range(2)]) for s in (real, drawn)]
    powers = [spectra(s) for s in (real, drawn)]
    ratio = 10 * np.log10(powers[0][:, 1:] / powers[1][:, 1:])
    quantiles = np.quantile(real, LEVELS, axis=0)  # [levels, times, channels]
    def cells(s):
        """[2 * rows, times, channels]: a value that is a quantile counts by half on either side."""
        return np.concatenate([(s[:, None] > quantiles[None]).sum(1), (s[:, None] >= quantiles[None]).sum(1)])
    shares = [np.stack([(cells(s) == k).mean(0) for k in range(len(LEVELS) + 1)]) for s in (real, drawn)]
    return dict(
        times=times, real=short(real.ravel()), drawn=short(drawn.ravel()),
        spectrum=powers[0].ravel().tolist(),
        log_spectral_distance=float(np.sqrt((ratio**2).mean())),
        autocorrelation=both[0].ravel().tolist(),
        autocorrelation_difference=float(np.sqrt(((both[0] - both[1]) ** 2).mean())),
        quantiles=quantiles.ravel().tolist(),
        bands=float(0.5 * np.abs(shares[0] - shares[1]).sum(0).mean()),
    )


def of_tables(real, drawn):
    def pairs(names):
        return [(a, b) for i, a in enumerate(names) for b in names[i + 1:]]

    def both(metric, a, b):
        return float(metric.compute(real[[a, b]], drawn[[a, b]]))

    return dict(
        ks_complement={n: float(KSComplement.compute(real[n], drawn[n])) for n in NUMBERS},
        tv_complement={n: float(TVComplement.compute(real[n], drawn[n])) for n in WORDS},
        correlation={f"{a},{b}": both(CorrelationSimilarity, a, b) for a, b in pairs(NUMBERS)},
        contingency={f"{a},{b}": both(ContingencySimilarity, a, b) for a, b in pairs(WORDS)},
    )


def main():
    here = pathlib.Path(__file__).parent
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here
    random = np.random.default_rng(21)
    real, drawn = features(random)
    directions = random.normal(0, 1, (8, 5))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    training = random.normal(0, 1, (30, 3)).round(4)
    copied = np.r_[training[:6] + random.normal(0, 0.05, (6, 3)), random.normal(0, 1, (14, 3))].round(4)
    tables = [pd.read_csv(here / "tables" / f"{name}.csv", keep_default_na=False, na_values=["NA"]) for name in ("test", "drawn")]
    libraries = ["numpy", "pandas", "scipy", "scikit-learn", "sdmetrics", "clean-fid"]
    made = dict(
        versions={name: importlib.metadata.version(name) for name in libraries},
        real=short(real), drawn=short(drawn), directions=directions.tolist(),
        features=of_features(real, drawn, directions),
        distances=of_distances(training, random.normal(0, 1, (25, 3)).round(4), copied),
        curves=[of_curves(random, times) for times in (16, 17, 30)],
        tables=of_tables(*tables),
    )
    (folder / "quality_measures.json").write_text(json.dumps(made) + "\n")


main()
