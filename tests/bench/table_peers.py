"""Other tools that learn a table: CTGAN, TVAE and a Gaussian copula, one process for one method.

usage: python3 table_peers.py METHOD TRAIN.csv OUT.csv ROWS [--epochs N] [--seed N]

METHOD is ctgan, tvae (Xu et al. 2019, arXiv:1907.00503; the package ctgan, with its defaults) or copula (numpy and
scipy alone). Writes ROWS virtual rows to OUT.csv and one JSON line, {"seconds": ..}, to standard output: processor
seconds of training and drawing, on one thread, without imports.

What the package sdv does around these models is done here too: missing numbers are told by a column of their own,
whole numbers of up to 10 values are classes, and what is drawn keeps to the range and the decimals that were seen.
"""
import argparse
import json
import os
import time

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

MISSING = " missing"
MOST_CLASSES = 10  # of whole numbers


def is_number(column):
    return pd.api.types.is_numeric_dtype(column)


def decimals_of(column, most=10):
    """Digits behind the point that every value of the column keeps to."""
    for digits in range(most):
        if np.array_equal(np.round(column, digits), column):
            return digits
    return most


class Form:
    """A table without missing values for a model, and back."""

    def __init__(self, train):
        self.train = train
        self.numbers = [name for name in train.columns if is_number(train[name])]
        self.gaps = [name for name in self.numbers if train[name].isna().any()]
        self.classes = [name + MISSING for name in self.gaps]
        for name in train.columns:
            seen = train[name].dropna()
            if name not in self.numbers:
                self.classes.append(name)
            elif len(seen.unique()) <= MOST_CLASSES and (seen >= 0).all() and decimals_of(seen) == 0:
                self.classes.append(name)

    def filled(self):
        made = self.train.copy()
        for name in self.train.columns:
            if name in self.gaps:
                made[name + MISSING] = made[name].isna().astype(int)
                made[name] = made[name].fillna(made[name].median())
            elif name not in self.numbers:
                made[name] = made[name].fillna("").astype(str)
        return made

    def restored(self, drawn):
        made = pd.DataFrame(index=range(len(drawn)))
        for name in self.train.columns:
            column = drawn[name].to_numpy()
            if name in self.numbers:
                seen = self.train[name].dropna()
                column = np.clip(column.astype(float), seen.min(), seen.max())
                column = np.round(column, decimals_of(seen))
                if name in self.gaps:
                    column[drawn[name + MISSING].to_numpy().astype(int) == 1] = np.nan
                made[name] = pd.Series(column).convert_dtypes()
            else:
                made[name] = pd.Series(column).where(column != "", None)
        return made


def by_package(method, data, classes, rows, args):
    import torch
    from ctgan import CTGAN, TVAE

    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    np.random.seed(args.seed)
    start = time.process_time()
    model = {"ctgan": CTGAN, "tvae": TVAE}[method](epochs=args.epochs)
    model.fit(data, classes)
    drawn = model.sample(rows)
    return drawn, time.process_time() - start


def by_copula(data, rows, seed):
    """Normal scores of ranks, ties broken at random; classes lie in the order of their counts."""
    from scipy.special import ndtr, ndtri

    start = time.process_time()
    random = np.random.default_rng(seed)
    scores, ordered = [], {}
    for name in data.columns:
        column = data[name]
        if not is_number(column):
            places = {word: place for place, word in enumerate(column.value_counts().index)}
            column = column.map(places)
        order = np.lexsort((random.random(len(column)), column))
        ranks = np.empty(len(column))
        ranks[order] = np.arange(len(column))
        scores.append(ndtri((ranks + 0.5) / len(column)))
        ordered[name] = data[name].to_numpy()[order]
    correlation = np.corrcoef(scores) if len(scores) > 1 else np.eye(1)
    normal = random.multivariate_normal(np.zeros(len(scores)), correlation, rows, method="eigh")
    drawn = pd.DataFrame()
    for place, name in enumerate(data.columns):
        at = np.minimum((ndtr(normal[:, place]) * len(data)).astype(int), len(data) - 1)
        drawn[name] = ordered[name][at]
    return drawn, time.process_time() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("method", choices=["ctgan", "tvae", "copula"])
    parser.add_argument("train")
    parser.add_argument("out")
    parser.add_argument("rows", type=int)
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    form = Form(pd.read_csv(args.train))
    data = form.filled()
    if args.method == "copula":
        drawn, seconds = by_copula(data, args.rows, args.seed)
    else:
        drawn, seconds = by_package(args.method, data, form.classes, args.rows, args)
    form.restored(drawn).to_csv(args.out, index=False)
    print(json.dumps({"seconds": seconds}))


main()
