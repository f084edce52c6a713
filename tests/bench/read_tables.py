"""Reading a table: vgan beside pandas' C engine and pyarrow on one core, in one run.

usage: python3 read_tables.py VGAN_BENCH [ROWS]     e.g.  VGAN_BENCH = build/release/bin/vgan_bench

Makes a CSV of ten columns (eight numbers of six digits, a whole number, a word), reads it by each in turn, nine times
over, and prints the medians of the processor's time and their ratios: neighbours on the machine count less in it than
in the time that passes. Needs pandas; pyarrow where it is there.
"""
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

import pandas

try:
    import pyarrow
    import pyarrow.csv
except ImportError:
    pyarrow = None


def write_table(path, rows):
    dice = random.Random(1)
    with open(path, "w") as file:
        file.write(",".join(f"c{i}" for i in range(10)) + "\n")
        for _ in range(rows):
            numbers = [f"{dice.gauss(0, 100):.6g}" for _ in range(8)]
            word = dice.choice(["red", "green", "blue", "black"])
            file.write(",".join(numbers + [str(dice.randrange(1000)), word]) + "\n")


def seconds_of(call):
    start = time.process_time()
    call()
    return time.process_time() - start


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    bench, rows = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 500000
    if pyarrow:
        pyarrow.set_cpu_count(1)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "table.csv")
        write_table(path, rows)
        times = {"vgan": [], "pandas": [], "pyarrow": []}
        pandas.read_csv(path)
        for _ in range(9):
            record = subprocess.run([bench, "read", path, "--rounds", "2", "--json", "-"],
                                    capture_output=True, check=True, text=True).stdout
            times["vgan"].append(json.loads(record)["processor_seconds"][0])
            times["pandas"].append(seconds_of(lambda: pandas.read_csv(path)))
            if pyarrow:
                options = pyarrow.csv.ReadOptions(use_threads=False)
                times["pyarrow"].append(
                    seconds_of(lambda: pyarrow.csv.read_csv(path, read_options=options)))
        size = os.path.getsize(path) / 1e6
        own = statistics.median(times["vgan"])
        print(f"{rows} rows, {size:.1f} MB")
        for name, all_seconds in times.items():
            if all_seconds:
                median = statistics.median(all_seconds)
                print(f"{name:8s} {median:.3f} s ({min(all_seconds):.3f} to {max(all_seconds):.3f})"
                      f"  {size / median:6.0f} MB/s  {median / own:.2f} times vgan's time")


main()
