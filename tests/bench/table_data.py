"""Ten public tables: how each is read, and which of its rows are held out. Needs numpy and pandas."""
import numpy as np
import pandas as pd

COMMA = dict(sep=",", skipinitialspace=True, encoding="utf-8-sig", na_values="?")
NAMELESS = COMMA | dict(header=None)
MOST_ADULT_ROWS = 10000
# The file, how pandas reads it, and how many of its rows are taken; the outcome is the last column.
TABLES = {
    "airfoil": ("airfoil_self_noise.dat", dict(sep="\t"), None),
    "concrete": ("concrete_data.csv", COMMA, None),
    "wine": ("winequality-red.csv", NAMELESS, None),
    "adult": ("adult-train.csv", NAMELESS, MOST_ADULT_ROWS),
    "abalone": ("abalone.csv", NAMELESS, None),
    "ccpp": ("ccpp_Folds5x2_pp.csv", COMMA, None),
    "ENB": ("ENB2012_energy_efficiency.csv", COMMA, None),
    "cleveland": ("processed.cleveland.data", NAMELESS, None),
    "pollution": ("pollution.csv", COMMA, None),
    "iris": ("iris.csv", NAMELESS, None),
}


def read_table(folder, name, seed):
    """The table's rows, whole numbers as such, without a column that counts the rows."""
    file, options, most = TABLES[name]
    table = pd.read_csv(folder / file, **options)
    table.columns = [str(c) if isinstance(c, str) else f"column_{c + 1}" for c in table.columns]
    for column in table.columns:
        numeric = pd.api.types.is_numeric_dtype(table[column])
        if numeric and len(table) > 1 and (table[column].diff().iloc[1:] == 1).all():
            table = table.drop(columns=column)
    if most and len(table) > most:
        rows = np.random.default_rng(seed).permutation(len(table))[:most]
        table = table.iloc[np.sort(rows)]
    return table.reset_index(drop=True).convert_dtypes()


def split(table, seed):
    """(training rows, held-out rows): a third of them, drawn by the seed, in the order of the file."""
    order = np.random.default_rng(seed + 1).permutation(len(table))
    held_out = np.sort(order[: len(table) // 3])
    training = np.sort(order[len(table) // 3:])
    return table.iloc[training], table.iloc[held_out]


def write_once(table, path):
    """Leaves a file that holds the same rows as it is: another run may be reading it."""
    text = table.to_csv(index=False)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def write_split(data, name, seed, folder):
    """train.csv, test.csv and, without the outcome, given.csv; the number of training rows, whether the outcome is a
    number, and the outcome's name."""
    folder.mkdir(parents=True, exist_ok=True)
    training, held_out = split(read_table(data, name, seed), seed)
    write_once(training, folder / "train.csv")
    write_once(held_out, folder / "test.csv")
    outcome = training.columns[-1]
    write_once(held_out.drop(columns=outcome), folder / "given.csv")
    return len(training), pd.api.types.is_numeric_dtype(training[outcome]), outcome
