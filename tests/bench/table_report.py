"""What tables.py prints: medians over seeds, the targets of ten tables and what misses them, Markdown.

Needs nothing but Python. A run is a dict of table_runs.py.
"""
import statistics
import sys

from table_runs import PEERS

BEGIN = "<!-- what follows is by tests/bench/tables.py -->"
END = "<!-- end of what is by tests/bench/tables.py -->"
FIGURES = ["shape", "trend", "c2st", "utility", "dcr"]
MAIN = ["masked", "masked-folds"]  # the methods that targets are for

# figure -> (bound, at most or at least). utility_share is utility over that of the real training rows; copies_beyond is
# the share of copies less that of the held-out rows.
TARGETS = {
    "airfoil": dict(seconds=("<=", 20), trend=(">=", .865), c2st=("<=", .57), utility=(">=", .92)),
    "concrete": dict(seconds=("<=", 30), trend=(">=", .835), c2st=("<=", .59), utility=(">=", .885)),
    "wine": dict(seconds=("<=", 20), trend=(">=", .845), c2st=("<=", .62), utility=(">=", .62)),
    "adult": dict(seconds=("<=", 40), trend=(">=", .96), c2st=("<=", .57), utility=(">=", .915)),
    "abalone": dict(seconds=("<=", 20), c2st=("<=", .64), utility_share=(">=", .97)),
    "ccpp": dict(seconds=("<=", 30), c2st=("<=", .60), utility_share=(">=", .985)),
    "ENB": dict(seconds=("<=", 30), c2st=("<=", .60), utility_share=(">=", .985)),
    "cleveland": dict(seconds=("<=", 20), c2st=("<=", .64), utility_share=(">=", .97)),
    "pollution": dict(seconds=("<=", 60), c2st=("<=", .68), utility_share=(">=", .5)),
    "iris": dict(seconds=("<=", 10), c2st=("<=", .62), utility_share=(">=", .97), copies_beyond=("<=", .05)),
}
# Given all settings: R2 at least, the share of outcomes in the interval of 0.9 from .. to, its width in deviations.
GIVEN_TARGETS = {
    "airfoil": dict(r2=[(">=", .93)], coverage=[(">=", .87), ("<=", .93)], width=[("<=", .9)]),
    "concrete": dict(r2=[(">=", .88)]),
}
NAMES = {"utility_share": "utility of real", "copies_beyond": "copies beyond held-out", "r2": "R2"}


def over_text(limit):
    """Words for a run that was stopped after `limit` processor seconds."""
    return f"over {limit // 60} min" if limit % 60 == 0 else f"over {limit} s"


def checked_number(text, outcome):
    """R2, coverage and width of the outcome in what `vgan_cuda predict --check` printed; None where it has none."""
    found = None
    reading = False
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["number"] and words[-5:] == ["rows", "R2", "RMSE", "coverage", "width"]:
            reading = True
        elif reading and " ".join(words[:-5]) == outcome:
            values = [None if word == "-" else float(word) for word in words[-4:]]
            found = dict(r2=values[0], coverage=values[2], width=values[3])
    return found


def value_of(run, figure):
    """A figure of a run, or None where it has not that figure."""
    if figure == "seconds":
        return run.get("seconds")
    if figure in ("r2", "coverage", "width"):
        return (run.get("given") or {}).get(figure)
    if "figures" not in run:
        return None
    if figure == "utility_share":
        real, own = run["real"].get("utility"), run["figures"].get("utility")
        return own / real if own is not None and real else None
    if figure == "copies_beyond":
        return run["figures"]["copies"] - run["held_out_copies"]
    return run["figures"].get(figure)


def median_of(runs, figure):
    """The median over the runs that have the figure; None without such."""
    values = [value for value in (value_of(run, figure) for run in runs) if value is not None]
    return statistics.median(values) if values else None


def meets(value, bound):
    sign, limit = bound
    return value <= limit if sign == "<=" else value >= limit


def misses(runs, wanted):
    """(figure, median, bound) of each target that the median of the runs misses, or that it has no figure for."""
    missed = []
    for figure, bounds in wanted.items():
        for bound in bounds if isinstance(bounds, list) else [bounds]:
            value = median_of(runs, figure)
            if value is None or not meets(value, bound):
                missed.append((figure, value, bound))
    return missed


def number_text(figure, value):
    if value is None:
        return ""
    if figure == "seconds":
        return f"{value:.0f}" if value >= 10 else f"{value:.1f}"
    if figure in ("copies", "copies_beyond"):
        return f"{100 * value:.1f}"
    return f"{value:.3f}"


def bound_text(figure, bound):
    sign, limit = bound
    places = {"<=": "≤", ">=": "≥"}[sign]
    if figure == "copies_beyond":
        return f"{places} held-out + {100 * limit:.0f}"
    if figure == "utility_share":
        return f"{places} {limit:g} of real"
    if figure == "coverage":
        return f"{places} {100 * limit:.0f} %"
    return f"{places} {limit:g}"


def row(cells):
    return "| " + " | ".join(cells) + " |"


def floor_cells(runs, floor):
    """Medians of what is in each run's `real` or `resampled`."""
    made = []
    for name in [*FIGURES, "copies"]:
        values = [run[floor][name] for run in runs if floor in run and name in run[floor]]
        made.append(number_text(name, statistics.median(values) if values else None))
    return made


def failure_of(runs):
    """The first reason why a run came to nothing; "" where all have figures."""
    return next((run["failed"] for run in runs if "failed" in run), "")


def all_figures(runs, tables, methods, seeds):
    """A Markdown table of every figure: the floors and the methods of each table."""
    lines = [row(["table", "method", *FIGURES, "copies, %", "seconds"]), "|---|---|" + "--:|" * (len(FIGURES) + 2)]
    for table in tables:
        done = {method: runs.of(table, method, seeds) for method in methods}
        floors = [run for of_method in done.values() for run in of_method if "real" in run]
        floors = list({run["seed"]: run for run in floors}.values())
        if floors:
            lines.append(row([table, "*real training rows*", *floor_cells(floors, "real"), ""]))
            lines.append(row([table, "*resampled columns*", *floor_cells(floors, "resampled"), ""]))
        for method, of_method in done.items():
            if of_method:
                figures = [number_text(name, median_of(of_method, name)) for name in [*FIGURES, "copies"]]
                seconds = failure_of(of_method) or number_text("seconds", median_of(of_method, "seconds"))
                lines.append(row([table, method, *figures, seconds]))
    return "\n".join(lines)


def target_cells(table):
    """What is asked of the table, in the columns of main_table."""
    wanted = TARGETS[table]

    def text(*names):
        return next((bound_text(name, wanted[name]) for name in names if name in wanted), "")

    return [text("seconds"), text("trend"), text("c2st"), text("utility", "utility_share"), text("copies_beyond")]


def main_cells(table, method, done):
    """Seconds, trend, c2st, utility and copies of one method; a figure that misses its target is bold."""
    missed = {figure for figure, _, _ in misses(done, TARGETS[table])} if method in MAIN else set()
    aliases = {"utility": "utility_share", "copies": "copies_beyond"}
    cells = []
    for figure in ["seconds", "trend", "c2st", "utility", "copies"]:
        text = number_text(figure, median_of(done, figure))
        if figure == "seconds" and failure_of(done):
            text = failure_of(done)
        bad = figure in missed or aliases.get(figure) in missed
        cells.append(f"**{text}**" if bad and text else text)
    return cells


def main_table(runs, tables, methods, seeds):
    lines = [row(["table", "method", "seconds", "trend", "c2st", "utility", "copies, %"]), "|---|---|" + "--:|" * 5]
    for table in tables:
        done = {method: runs.of(table, method, seeds) for method in methods}
        lines.append(row([table, "*target*", *target_cells(table)]))
        floors = {run["seed"]: run for of_method in done.values() for run in of_method if "real" in run}
        if floors:
            cells = floor_cells(list(floors.values()), "real")
            lines.append(row([table, "*real training rows*", "", cells[1], cells[2], cells[3], cells[5]]))
        for method, of_method in done.items():
            if of_method:
                name = f"{method} ({len(of_method)} of {len(seeds)})" if len(of_method) < len(seeds) else method
                lines.append(row([table, name, *main_cells(table, method, of_method)]))
    return "\n".join(lines)


def given_table(runs, tables, seeds):
    lines = [row(["table", "method", "R2", "in the interval of 90 %", "its width, deviations"])]
    lines.append("|---|---|--:|--:|--:|")
    for table in tables:
        wanted = GIVEN_TARGETS.get(table, {})
        found = {method: runs.of(table, method, seeds) for method in MAIN}
        found = {method: done for method, done in found.items() if median_of(done, "r2") is not None}
        if wanted and found:
            cells = [", ".join(bound_text(name, bound) for bound in wanted.get(name, []))
                     for name in ("r2", "coverage", "width")]
            lines.append(row([table, "*target*", *cells]))
        for method, done in found.items():
            missed = {figure for figure, _, _ in misses(done, wanted)}
            cells = []
            for name in ("r2", "coverage", "width"):
                value = median_of(done, name)
                text = f"{100 * value:.0f} %" if name == "coverage" and value is not None else number_text(name, value)
                cells.append(f"**{text}**" if name in missed else text)
            lines.append(row([table, method, *cells]))
    return "\n".join(lines)


def better_than_all(runs, tables, method, peers, seeds):
    """(tables where the method's medians of utility and of trend are above those of every peer, tables compared)."""
    better, compared = [], []
    for table in tables:
        others = [runs.of(table, peer, seeds) for peer in peers]
        others = [done for done in others if median_of(done, "utility") is not None]
        own = runs.of(table, method, seeds)
        if not others or median_of(own, "utility") is None:
            continue
        compared.append(table)
        if all(median_of(own, name) > median_of(done, name) for done in others for name in ("utility", "trend")):
            better.append(table)
    return better, compared


def missed_lines(runs, tables, seeds):
    """One line for each method of targets: how many it meets, and each that it misses by name."""
    lines = []
    for method in MAIN:
        named, asked = [], 0
        for table in tables:
            done = runs.of(table, method, seeds)
            if not done:
                continue
            for wanted in (TARGETS[table], GIVEN_TARGETS.get(table, {})):
                asked += sum(len(bounds) if isinstance(bounds, list) else 1 for bounds in wanted.values())
                for figure, value, bound in misses(done, wanted):
                    found = number_text(figure, value) or "no figure"
                    named.append(f"{table} {NAMES.get(figure, figure)} {found} ({bound_text(figure, bound)})")
        if asked:
            lines.append(f"- `{method}` meets {asked - len(named)} of {asked} targets"
                         + (", and misses " + "; ".join(named) if named else "") + ".")
    return lines


def wrapped(line, most=118):
    """The line broken at blanks, those that follow set in by two."""
    lines, words = [], line.split(" ")
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += " " + word
        else:
            lines.append(("  " if lines else "") + word)
    return "\n".join(lines)


def section(runs, tables, seeds):
    """The Markdown of docs/quality.md: targets, medians, misses, predictions, and how often ours is best."""
    methods = [method for method in [*MAIN, *PEERS] if any(runs.of(table, method, seeds) for table in tables)]
    peers = [method for method in methods if method in PEERS]
    parts = [main_table(runs, tables, methods, seeds)]
    lines = missed_lines(runs, tables, seeds)
    for method in MAIN:
        better, compared = better_than_all(runs, tables, method, peers, seeds)
        if compared:
            named = f": {', '.join(better)}" if better else ""
            lines.append(f"- `{method}` is better than all the others on utility and trend on {len(better)} of "
                         f"{len(compared)} tables{named}.")
    if lines:
        parts.append("\n".join(wrapped(line) for line in lines))
    given = given_table(runs, tables, seeds)
    if len(given.splitlines()) > 2:
        parts.append("### Outcomes from all settings: `vgan_cuda predict`\n\n"
                     "The outcome predicted with all other columns given, where it is a number:\n\n" + given)
    versions = sorted({run["version"] for run in runs.all if run["method"] in peers and run.get("version")})
    own = sorted({run["version"] for run in runs.all if run["method"] in MAIN and run.get("version")})
    made = f"Medians of {len(seeds)} seeds" if len(seeds) > 1 else f"Seed {seeds[0]}"
    made += f"; {', '.join(versions)}" if versions else ""
    made += f"; vgan at {', '.join(own)}" if own else ""
    parts.append(wrapped(made + ".").replace("\n  ", "\n"))
    return "\n\n".join(parts)


def put(text, path):
    """Puts the text between the lines of the file that mark its place."""
    old = path.read_text()
    if old.count(BEGIN) != 1 or old.count(END) != 1 or old.index(BEGIN) > old.index(END):
        sys.exit(f"{path}: no place for the tables, between the lines '{BEGIN}' and '{END}'")
    before, after = old[: old.index(BEGIN)], old[old.index(END):]
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{after}")
