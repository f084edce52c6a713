"""Makes tables/{train,test,drawn}.csv and table_measures.json: measures of tables by SciPy and scikit-learn.

usage: python3 make_table_measures.py [FOLDER]     FOLDER: where they go (default: beside this file)

Needs numpy, pandas, scipy and scikit-learn; the committed files were made with the versions that the JSON names.
`train` and `test` are drawn from one distribution, `drawn` from another. Their columns: numbers, a grid, numbers that
may be missing, words of which one is rare, words that may be missing, and three outcomes: a number, two classes, three.
"""
import json
import pathlib
import sys

import numpy as np
import pandas as pd
import scipy
import sklearn
from scipy.spatial import cKDTree
from scipy.stats import ks_2samp
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import accuracy_score, r2_score, roc_auc_score

NUMBERS = ["speed", "angle", "load", "force"]
WORDS = ["kind", "site", "verdict", "grade"]
OUTCOMES = {"force": "r2", "verdict": "auc", "grade": "accuracy"}
CELLS = 8


def make(random, rows, shift):
    """A table; `shift` moves its distribution away from that of 0."""
    speed = random.normal(20 + 4 * shift, 5, rows)
    angle = random.choice([0, 2, 4, 6, 8, 10, 12, 15], rows)
    load = np.exp(random.normal(0.3 * shift, 0.6, rows))
    shares = np.array([0.4, 0.3, 0.2, 0.09, 0.01]) + shift * np.array([-0.2, 0, 0.1, 0.1, 0])
    kind = random.choice(["steel", "oak", "glass", "clay", "gold"], rows, p=shares)
    site = random.choice(["north", "south", "east"], rows)
    push = pd.Series(kind).map({"steel": 3, "oak": -1, "glass": 0, "clay": 2, "gold": -4}).to_numpy()
    force = 0.02 * speed**2 + np.sin(angle / 3) * load * 4 + push + random.normal(0, 1, rows)
    verdict = np.where(force + random.normal(0, 3, rows) > 9, "pass", "fail")
    grade = np.select([speed + push > 24, load > 1.2], ["a", "b"], "c")
    table = pd.DataFrame(dict(speed=speed.round(3), angle=angle, load=load.round(4), kind=kind, site=site,
                              force=force.round(3), verdict=verdict, grade=grade))
    table.loc[random.random(rows) < 0.1 + 0.1 * shift, "load"] = np.nan
    table.loc[random.random(rows) < 0.05, "site"] = np.nan
    return table


def shape(one, two, name):
    if name in NUMBERS:
        return 1 - ks_2samp(one[name].fillna(-1e300), two[name].fillna(-1e300)).statistic
    shares = [t[name].fillna("?").value_counts(normalize=True) for t in (one, two)]
    return 1 - 0.5 * shares[0].sub(shares[1], fill_value=0).abs().sum()


def cells(reference, table, name):
    """The cell of each value, -1 where it is missing."""
    column = table[name]
    if name in WORDS:
        common = list(reference[name].value_counts().index)
        return column.map(lambda w: -1 if pd.isna(w) else min(common.index(w), CELLS - 1))
    seen = reference[name].dropna()
    values = np.unique(seen)
    ends = values[:-1]
    if len(values) > CELLS:
        ends = np.unique(np.quantile(seen, np.arange(1, CELLS) / CELLS, method="inverted_cdf"))
    return pd.Series(np.where(column.isna(), -1, np.digitize(column, ends, right=True)))


def trend(reference, table):
    names = list(reference.columns)
    found = []
    for i, one in enumerate(names):
        for two in names[i + 1:]:
            shares = []
            for t in (reference, table):
                pairs = pd.DataFrame(dict(a=cells(reference, t, one).to_numpy(), b=cells(reference, t, two).to_numpy()))
                shares.append(pairs.value_counts(normalize=True))
            found.append(1 - 0.5 * shares[0].sub(shares[1], fill_value=0).abs().sum())
    return float(np.mean(found))


def closest(train, table):
    """The median distance to the closest training row; the share of rows that are copies."""
    def coded(t):
        parts = []
        for name in train.columns:
            if name in NUMBERS:
                parts.append(((t[name] - train[name].mean()) / train[name].std(ddof=0)).fillna(0).to_numpy()[:, None])
                parts.append(t[name].isna().to_numpy(float)[:, None])
            else:  # two words that differ are 1 apart
                words = sorted(set(train[name].dropna()) | set(t[name].dropna())) + [None]
                filled = t[name].astype(object).where(t[name].notna(), None)
                parts.append(np.stack([(filled == w if w else t[name].isna()).to_numpy(float) for w in words], 1) / 2**0.5)
        return np.concatenate(parts, 1)

    def distances(t):
        both = coded(pd.concat([train, t], ignore_index=True))
        return cKDTree(both[:len(train)]).query(both[len(train):])[0]

    found = distances(table)
    return dict(median=float(np.median(found)), copies=float((found < 1e-9).mean()))


def boosted(train, test, outcome, inputs=None):
    """The score of HistGradientBoosting on the rows of `test`, by default settings without early stopping."""
    inputs = inputs or [name for name in train.columns if name not in OUTCOMES]
    words = {name: {w: i for i, w in enumerate(sorted(train[name].dropna().unique()))} for name in inputs if name in WORDS}
    def coded(t):
        return np.stack([(t[n].map(words[n]) if n in words else t[n]).to_numpy(float) for n in inputs], 1)
    model = HistGradientBoostingRegressor if OUTCOMES[outcome] == "r2" else HistGradientBoostingClassifier
    model = model(early_stopping=False, categorical_features=[n in words for n in inputs])
    model.fit(coded(train), train[outcome])
    if OUTCOMES[outcome] == "r2":
        return r2_score(test[outcome], model.predict(coded(test)))
    if OUTCOMES[outcome] == "auc":
        return roc_auc_score(test[outcome] == "pass", model.predict_proba(coded(test))[:, 1])
    return accuracy_score(test[outcome], model.predict(coded(test)))


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    random = np.random.default_rng(1)
    tables = dict(train=make(random, 900, 0), test=make(random, 400, 0), drawn=make(random, 500, 1))
    tables["drawn"] = pd.concat([tables["drawn"], tables["train"].iloc[:25]], ignore_index=True)  # copies
    (folder / "tables").mkdir(exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / "tables" / f"{name}.csv", index=False, na_rep="NA")
        tables[name] = pd.read_csv(folder / "tables" / f"{name}.csv")
    train, test, drawn = tables["train"], tables["test"], tables["drawn"]
    scores = np.round(drawn["speed"] / 5)  # with ties
    made = dict(
        versions=dict(numpy=np.__version__, pandas=pd.__version__, scipy=scipy.__version__, sklearn=sklearn.__version__),
        shape={name: float(shape(test, drawn, name)) for name in train.columns},
        trend=dict(drawn=trend(test, drawn), train=trend(test, train)),
        closest=dict(drawn=closest(train, drawn), test=closest(train, test)),
        auc=float(roc_auc_score(drawn["verdict"] == "pass", scores)),
        r_squared=float(r2_score(drawn["force"], drawn["speed"] / 2)),
        boosted={name: float(boosted(train, test, name)) for name in OUTCOMES},
        boosted_alone={name: float(boosted(drawn, test, "force", [name])) for name in ("load", "kind", "site")},
        boosted_by_drawn={name: float(boosted(drawn, test, name)) for name in OUTCOMES},
    )
    (folder / "table_measures.json").write_text(json.dumps(made, indent=1) + "\n")


main()
