"""Makes table_cells.json: the columns of tables/train.csv as cells, by NumPy and SciPy alone.

usage: python3 make_table_cells.py [FOLDER]     FOLDER: where tables/ lies and the file goes (default: beside this file)

For each column of numbers: whether it is a grid, the share of rows that have their nearest row's value, the value in
the middle of each cell and its share of the rows, the cell of each of the first rows of tables/test.csv, and the
features of every seventh cell: normal score, piecewise-linear code of 32 bins, standardised value.
"""
import json
import pathlib
import sys

import numpy as np
import pandas as pd
import scipy
from scipy.spatial import cKDTree
from scipy.stats import norm

QUANTILES, MOST_GRID, FEW, ROWS_EACH, BINS, KEPT = 64, 256, 40, 50, 32, 64
ROWS_OF_TEST = 200


def coded(table):
    """All columns as numbers, words by their place among those there are."""
    columns = {}
    for name in table:
        column = table[name]
        if not pd.api.types.is_numeric_dtype(column):
            places = {word: place for place, word in enumerate(dict.fromkeys(column.dropna()))}
            # A word that is missing is one more category.
            column = column.map(places).fillna(len(places))
        columns[name] = column.to_numpy(float)
    return columns


def shares_with_nearest(columns):
    rows = np.stack([np.nan_to_num((c - np.nanmean(c)) / np.nanstd(c)) for c in columns.values()], 1)
    rows = np.unique(rows, axis=0)
    shares = {}
    for place, name in enumerate(columns):
        others = np.delete(rows, place, 1)
        _, found = cKDTree(others).query(others, k=2)
        nearest = np.where(found[:, 0] == np.arange(len(rows)), found[:, 1], found[:, 0])
        shares[name] = float(np.mean(rows[nearest, place] == rows[:, place]))
    return shares


def cells_of(numbers, design):
    """Whether it is a grid, and the sorted numbers of each cell."""
    values, counts = np.unique(numbers, return_counts=True)
    tied = 2 * len(values) < len(numbers)
    if tied and len(values) <= MOST_GRID and (design or len(values) <= FEW or len(values) * ROWS_EACH <= len(numbers)):
        return True, [numbers[numbers == value] for value in values]
    heavy = values[counts > max(len(numbers) / QUANTILES, 3)]
    cuts = set(np.quantile(numbers, np.arange(1, QUANTILES) / QUANTILES, method="inverted_cdf"))
    # The greatest number below each heavy one, and the heavy one, end a cell each.
    for value in heavy:
        cuts.add(value)
        if (numbers < value).any():
            cuts.add(numbers[numbers < value].max())
    cuts = sorted(cuts | {numbers.max()})
    cells, before = [], -np.inf
    for cut in cuts:
        cells.append(np.sort(numbers[(numbers > before) & (numbers <= cut)]))
        before = cut
    widest = 2 * (numbers.max() - numbers.min()) / QUANTILES
    least = max(3, len(numbers) // QUANTILES // 8)
    return False, [part for cell in cells for part in halved(cell, widest, least)]


def halved(cell, widest, least):
    """The parts of a cell that is too wide, at the middle rank with its ties below."""
    below = np.searchsorted(cell, cell[len(cell) // 2 - 1], side="right")
    if cell[-1] - cell[0] <= widest or len(cell) < 2 * least or len(cell) - below < least:
        return [cell]
    return halved(cell[:below], widest, least) + halved(cell[below:], widest, least)


def features(middles, shares, cells):
    scores = norm.ppf(np.clip(np.cumsum(shares) - shares / 2, 1e-6, 1 - 1e-6))
    below = np.cumsum(shares) - shares
    ends = []
    for wanted in np.arange(BINS + 1) / BINS:
        cell = 0
        while cell + 1 < len(cells) and below[cell] + shares[cell] < wanted:
            cell += 1
        kept = cells[cell]
        if len(kept) > KEPT:
            kept = kept[np.arange(KEPT) * (len(kept) - 1) // (KEPT - 1)]
        inside = min(max((wanted - below[cell]) / shares[cell], 0), 1) * (len(kept) - 1)
        ends.append(kept[int(np.floor(inside + 0.5))])
    ends = np.unique(ends)
    code = np.clip((middles[:, None] - ends[:-1]) / (ends[1:] - ends[:-1]), 0, 1)
    standard = (middles - middles.mean()) / middles.std()
    return np.concatenate([scores[:, None], code, standard[:, None]], 1)


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent
    train, test = (pd.read_csv(folder / "tables" / f"{name}.csv") for name in ("train", "test"))
    shares_nearest = shares_with_nearest(coded(train))
    made = dict(made_with=f"numpy {np.__version__}, scipy {scipy.__version__}", columns={})
    for name in train:
        if not pd.api.types.is_numeric_dtype(train[name]):
            continue
        numbers = train[name].dropna().to_numpy(float)
        grid, cells = cells_of(numbers, shares_nearest[name] > 0.3)
        middles = np.array([np.median(cell) for cell in cells])
        shares = np.array([len(cell) for cell in cells]) / len(numbers)
        asked = test[name][:ROWS_OF_TEST].to_numpy(float)
        tops = np.array([cell[-1] for cell in cells])
        if grid:
            places = [int(np.argmin(np.abs(middles - value))) for value in np.nan_to_num(asked)]
        else:
            places = np.minimum(np.searchsorted(tops, asked), len(cells) - 1).tolist()
        places = [len(cells) if np.isnan(value) else place for place, value in zip(places, asked)]
        made["columns"][name] = dict(
            grid=grid, share_with_nearest=shares_nearest[name], middles=middles.tolist(), shares=shares.tolist(),
            cells=places, features=features(middles, shares, cells)[::7].round(9).tolist())
    (folder / "table_cells.json").write_text(json.dumps(made) + "\n")


if __name__ == "__main__":
    main()
