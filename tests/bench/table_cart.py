"""Sequential synthesis by trees: the method "cart" of R's synthpop, in scikit-learn's trees.

Nowok, Raab and Dibben 2016, synthpop: Bespoke Creation of Synthetic Data in R, J. Stat. Software 74(11). The columns
are drawn in the order of the table. The first is drawn from its own values; each later one by a tree that predicts it
from the columns before it and was grown on all training rows: a drawn row falls into a leaf and takes the value of a
training row of that leaf. Leaves have 5 rows or more, nodes of fewer than 15 are not divided, a division must lower the
impurity by 1e-8 of the root's, and trees are up to 30 deep: what synthpop sets, and what rpart sets beside that.

Two things differ from R. rpart divides the words of a column into any two sets; scikit-learn needs them in an order, so
words stand in the order of the mean of what is predicted (of several classes, of their first principal component),
which loses nothing at the root and little below. And what is missing is told by a column of its own right before the
column, as in synthpop, whose place in the tree is then taken by the column's median.
"""
import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

FEWEST_IN_LEAF = 5
FEWEST_TO_DIVIDE = 15
DEEPEST = 30
LEAST_GAIN = 1e-8  # of the root's impurity


def is_words(column):
    return not pd.api.types.is_numeric_dtype(column)


def scores_of_words(words, target):
    """word -> its place: the mean of the target, or of the first principal component of its classes."""
    if is_words(target):
        shares = pd.crosstab(words, target, normalize="index")
        weights = words.value_counts(normalize=True).reindex(shares.index).to_numpy()
        centred = shares.to_numpy() - weights @ shares.to_numpy()
        _, axes = np.linalg.eigh((centred * weights[:, None]).T @ centred)
        means = pd.Series(centred @ axes[:, -1], shares.index)
    else:
        means = target.groupby(words).mean()
    return means.rank(method="dense").to_dict()


def numbers_of(before, target, drawn):
    """The columns before the target as numbers: (of the training rows, of the drawn rows)."""
    known, asked = [], []
    for name in before.columns:
        if is_words(before[name]):
            places = scores_of_words(before[name], target)
            middle = np.mean(list(places.values()))  # of a word that no row has where the target is there
            known.append(before[name].map(places).to_numpy(float))
            asked.append(drawn[name].map(places).fillna(middle).to_numpy(float))
        else:
            known.append(before[name].to_numpy(float))
            asked.append(drawn[name].to_numpy(float))
    return np.column_stack(known), np.column_stack(asked)


def from_leaves(known, target, asked, random):
    """For each asked row the target of a training row that lies in the leaf it falls into."""
    if is_words(target):
        start = 1 - ((target.value_counts(normalize=True)) ** 2).sum()
        kind = DecisionTreeClassifier
    else:
        start, kind = float(target.var(ddof=0)), DecisionTreeRegressor
    tree = kind(min_samples_leaf=FEWEST_IN_LEAF, min_samples_split=FEWEST_TO_DIVIDE, max_depth=DEEPEST,
                min_impurity_decrease=LEAST_GAIN * start, random_state=int(random.integers(2**31)))
    tree.fit(known, target.to_numpy())
    leaves = tree.apply(known)
    order = np.argsort(leaves, kind="stable")
    names, first, counts = np.unique(leaves[order], return_index=True, return_counts=True)
    at = np.searchsorted(names, tree.apply(asked))
    donors = order[first[at] + (random.random(len(at)) * counts[at]).astype(int)]
    return target.to_numpy()[donors]


def in_order(data, marks):
    """The columns, each mark of a missing value right before the column that it speaks of."""
    names = []
    for name in data.columns:
        if name in marks.values():
            continue
        names += [marks[name], name] if name in marks else [name]
    return names


def cart_rows(data, marks, rows, seed):
    """Rows drawn after `data`, a table without gaps; marks: column -> the name of its column of 0 and 1, 1 = missing.

    Of a column with gaps the tree learns from rows that have the value.
    """
    random = np.random.default_rng(seed)
    names = in_order(data, marks)
    drawn = pd.DataFrame(index=range(rows))
    for place, name in enumerate(names):
        there = np.ones(len(data), bool)
        if name in marks:
            there = data[marks[name]].to_numpy() == 0
        target = data[name][there].reset_index(drop=True)
        if place == 0 or not there.any():
            values = target if there.any() else data[name]
            drawn[name] = values.to_numpy()[random.integers(len(values), size=rows)]
            continue
        before = data[names[:place]][there].reset_index(drop=True)
        known, asked = numbers_of(before, target, drawn)
        drawn[name] = from_leaves(known, target, asked, random)
        if name in marks:
            drawn.loc[drawn[marks[name]] == 1, name] = data[name].median()
    return drawn[list(data.columns)]
