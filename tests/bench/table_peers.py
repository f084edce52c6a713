"""Other tools that learn a table, one process for one method.

usage: python3 table_peers.py METHOD TRAIN.csv OUT.csv ROWS [--epochs N] [--seed N]

METHOD is one of

    cart    one column after another by trees, as in R's synthpop (table_cart.py; scikit-learn)
    arf     adversarial random forests (Watson et al. 2023, arXiv:2205.09435; the package arfpy)
    argn    TabularARGN (Tiwald et al. 2025, arXiv:2501.12012; the package mostlyai-engine)
    ctgan, tvae    Xu et al. 2019, arXiv:1907.00503; the package ctgan
    copula  a Gaussian copula (numpy and scipy alone)

each with its defaults. Writes ROWS virtual rows to OUT.csv and one JSON line, {"seconds": .., "version": ".."}, to
standard output: processor seconds of training and drawing, on one thread, without imports.

What the package sdv does around CTGAN and TVAE is done here for all that cannot take a table as it is (Form): missing
numbers are told by a column of their own, a missing word is a word, whole numbers of up to 10 values are classes, and
what is drawn keeps to the range and the decimals that were seen. Each tool is treated as well as we know:

- cart draws values that were seen, so numbers stay numbers to it, as in R.
- arf draws numbers from truncated normal distributions, which no column of few values has: all numbers of up to 10
  values, whole or not, are classes to it.
- argn has forms of its own for missing values, words and numbers, and is given the table as it is. Its protection of
  rare values, on by default, is off: the others have none.
"""
import argparse
import importlib.metadata
import json
import os
import time

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LOKY_MAX_CPU_COUNT"):
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

    def __init__(self, train, whole=True):
        """whole: of numbers of few values only those without decimals are classes."""
        self.train = train
        self.numbers = [name for name in train.columns if is_number(train[name])]
        self.gaps = [name for name in self.numbers if train[name].isna().any()]
        self.marks = {name: name + MISSING for name in self.gaps}
        self.classes = list(self.marks.values())
        for name in train.columns:
            seen = train[name].dropna()
            if name not in self.numbers:
                self.classes.append(name)
            elif len(seen.unique()) <= MOST_CLASSES:
                if not whole or ((seen >= 0).all() and decimals_of(seen) == 0):
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
            if name in self.numbers:
                seen = self.train[name].dropna()
                column = pd.to_numeric(drawn[name]).to_numpy(dtype=float, na_value=np.nan)
                column = np.clip(column, seen.min(), seen.max())
                column = np.round(column, decimals_of(seen))
                if name + MISSING in drawn:
                    column[drawn[name + MISSING].to_numpy().astype(int) == 1] = np.nan
                made[name] = pd.Series(column).convert_dtypes()
            else:
                words = pd.Series(drawn[name].to_numpy(dtype=object)).fillna("")
                made[name] = words.where(words != "", None)
        return made


def by_ctgan(method, form, rows, args):
    import torch
    from ctgan import CTGAN, TVAE

    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    np.random.seed(args.seed)
    start = time.process_time()
    model = {"ctgan": CTGAN, "tvae": TVAE}[method](epochs=args.epochs)
    model.fit(form.filled(), form.classes)
    drawn = model.sample(rows)
    return drawn, time.process_time() - start


def by_arf(form, rows, seed):
    from arfpy import arf

    if not hasattr(np, "in1d"):  # arfpy 0.1.1 is of 2023; numpy dropped the older name of isin in 2.4
        np.in1d = np.isin
    np.random.seed(seed)
    start = time.process_time()
    data = form.filled()
    for name in form.classes:
        data[name] = data[name].astype("category")
    model = arf.arf(x=data, verbose=False)
    model.forde()
    drawn = model.forge(n=rows)
    for name in form.classes:
        drawn[name] = drawn[name].to_numpy()
    return drawn, time.process_time() - start


def by_argn(train, rows, seed):
    import torch
    from mostlyai.engine import TabularARGN

    torch.set_num_threads(1)
    start = time.process_time()
    model = TabularARGN(value_protection=False, device="cpu", random_state=seed)
    model.fit(train)
    drawn = model.sample(n_samples=rows, device="cpu")
    return drawn, time.process_time() - start


def by_cart(form, rows, seed):
    from table_cart import cart_rows

    start = time.process_time()
    drawn = cart_rows(form.filled(), form.marks, rows, seed)
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


def draw(train, args):
    """(rows in the table's form, seconds)."""
    form = Form(train, whole=args.method != "arf")
    if args.method == "copula":
        drawn, seconds = by_copula(form.filled(), args.rows, args.seed)
    elif args.method == "cart":
        drawn, seconds = by_cart(form, args.rows, args.seed)
    elif args.method == "arf":
        drawn, seconds = by_arf(form, args.rows, args.seed)
    elif args.method == "argn":
        drawn, seconds = by_argn(train, args.rows, args.seed)
    else:
        drawn, seconds = by_ctgan(args.method, form, args.rows, args)
    return form.restored(drawn), seconds


PACKAGES = {"cart": "scikit-learn", "arf": "arfpy", "argn": "mostlyai-engine", "ctgan": "ctgan", "tvae": "ctgan",
            "copula": "scipy"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("method", choices=list(PACKAGES))
    parser.add_argument("train")
    parser.add_argument("out")
    parser.add_argument("rows", type=int)
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    drawn, seconds = draw(pd.read_csv(args.train), args)
    drawn.to_csv(args.out, index=False)
    package = PACKAGES[args.method]
    print(json.dumps({"seconds": seconds, "version": f"{package} {importlib.metadata.version(package)}"}))


if __name__ == "__main__":
    main()
