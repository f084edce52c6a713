"""Tests of stage bench, with a fake vgan_bench: python3 tests/gpu/test_bench.py"""

import argparse
import contextlib
import io
import pathlib
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import bench_rows  # noqa: E402
import stage_bench  # noqa: E402
from bench_rows import FULL, TOY, Draw, Step  # noqa: E402
from fakes import VGAN_BENCH, Check, Folder, script  # noqa: E402

FIRST = Step("article", "bf16", "graph", 128, 1)


class Plan(unittest.TestCase):
    def test_everything_once_and_the_most_valuable_first(self):
        rows = bench_rows.plan(FULL)
        self.assertEqual(len(set(rows)), len(rows))
        steps = [row for row in rows if isinstance(row, Step)]
        self.assertEqual({row[:3] for row in rows[:12]}, {
            (preset, precision, step) for preset in ("article", "default")
            for precision in ("bf16", "tf32", "fp32") for step in ("graph", "fused")})
        self.assertEqual({row.batch for row in rows[:12]}, {128})
        for precision in FULL.precisions:
            for batch in (32, 64, 128, 256, 512, 1024, 2048, 4096):
                for step in bench_rows.STEPS:
                    self.assertIn(("article", precision, step, batch, 1), rows)
            self.assertIn(("article", precision, "graph", 65536, 1), rows)
        self.assertEqual({row.width for row in steps}, {1, 2, 4})

    def test_after_the_main_job_come_crossover_large_batches_widths_samples(self):
        rows = bench_rows.plan(FULL)[12:]

        def kind(row):
            return 3 if isinstance(row, Draw) else 2 if row.width > 1 else int(row.batch > 4096)

        samples = rows.index(Draw("bf16", "u8", "/dev/null")) + 2
        for part in (rows[:samples], rows[samples:]):
            kinds = [kind(row) for row in part]
            self.assertEqual(kinds, sorted(kinds))
            self.assertEqual(set(kinds), {0, 1, 2, 3})
        self.assertEqual({row.precision for row in rows[:samples]}, {"bf16"})

    def test_rounds_are_whole_graph_launches(self):
        for row in bench_rows.plan(FULL):
            if isinstance(row, Step):
                self.assertEqual(FULL.epochs(row) % 16, 0)
                self.assertGreaterEqual(FULL.epochs(row), 32)
        self.assertEqual(FULL.epochs(FIRST), 1024)
        self.assertEqual(FULL.epochs(FIRST._replace(batch=8192)), 128)

    def test_a_row_in_words(self):
        text = " ".join(bench_rows.words(Step("default", "tf32", "fused", 64, 2), FULL, "f"))
        self.assertEqual(text, "step --precision tf32 --rounds 5 --preset default --step fused "
                         "--batch 64 --warm-up 1024 --steps 1024 --g-layers 512,1024,2048 "
                         "--d-layers 1024,512,256")
        text = " ".join(bench_rows.words(Draw("bf16", "u8", "file"), TOY, "a/f"))
        self.assertEqual(text, "generate --precision bf16 --rounds 2 --dtype u8 --count 300 --out "
                         "a/f --g-layers 16,16 --d-layers 16")

    def test_targets(self):
        def bound(row):
            aim = bench_rows.target(row, FULL)
            return aim and aim[2]

        steps = [("bf16", "graph"), ("tf32", "graph"), ("fp32", "graph"), ("fp32", "fused")]
        self.assertEqual([bound(FIRST._replace(precision=precision, step=step))
                          for precision, step in steps], [100, 100, 150, 50])
        self.assertEqual(bound(FIRST._replace(batch=65536)), 400)
        self.assertIsNone(bound(FIRST._replace(batch=65536, precision="fp32")))
        self.assertIsNone(bound(FIRST._replace(width=2)))
        self.assertEqual(bound(Draw("bf16", "u8", "/dev/null")), 150)
        self.assertIsNone(bench_rows.target(FIRST, TOY))


class Run(Folder):
    def setUp(self):
        super().setUp()
        self.bench = self.folder / "vgan_bench"
        script(self.bench, VGAN_BENCH)

    def beside(self, ending, text):
        (self.folder / ("vgan_bench" + ending)).write_text(text)

    def run_rows(self, rows, seconds=60.0, row_seconds=40.0):
        args = argparse.Namespace(bench=str(self.bench), device="cuda", work=self.folder,
                                  deadline=time.monotonic() + seconds, row_seconds=row_seconds)
        with contextlib.redirect_stdout(io.StringIO()):
            return stage_bench.run(args, FULL, rows)

    def test_figures_have_the_units_of_the_tables(self):
        draw = Draw("bf16", "u8", "file")
        found, failed = self.run_rows([FIRST, draw])
        self.assertEqual(failed, {})
        self.assertEqual([round(us) for us in found[FIRST]["us"][:2]], [84, 10])
        self.assertAlmostEqual(found[FIRST]["tflops"], 410.5)
        self.assertEqual(found[draw]["computed"][0], 160)
        # 1 -> 4 -> 784: 2 (4 + 4 * 784) operations a sample.
        self.assertAlmostEqual(found[draw]["tflops"], 2e8 * 2 * 3140 * 1e-12)

    def test_it_stops_at_its_budget(self):
        self.beside(".slow", "0.3")
        start = time.monotonic()
        rows = bench_rows.plan(FULL)
        found, failed = self.run_rows(rows, seconds=stage_bench.SPARE + 2)
        self.assertLess(time.monotonic() - start, 4)
        self.assertEqual(failed, {})
        self.assertEqual(list(found), rows[:len(found)])
        self.assertIn(len(found), range(1, 8))
        asked = (self.folder / "vgan_bench.log").read_text().splitlines()
        self.assertEqual(len(asked), len(found))  # none was begun that could not end

    def test_a_row_that_is_cut_off_by_the_budget_has_not_failed(self):
        self.beside(".slow", "30")
        self.assertEqual(self.run_rows([FIRST], seconds=stage_bench.SPARE + 1.2), ({}, {}))

    def test_a_row_that_hangs_fails_and_the_next_one_runs(self):
        other = FIRST._replace(batch=64)
        script(self.bench, 'case "$*" in *"--batch 128"*) exec sleep 30 ;; esac\n' + VGAN_BENCH)
        found, failed = self.run_rows([FIRST, other], row_seconds=1.5)
        self.assertEqual(failed, {FIRST: "not done in 2 s"})
        self.assertEqual(list(found), [other])

    def test_a_record_of_something_else_is_a_failure(self):
        for wrong, why in (("s/precision=.2/precision=fp32/", "it measured fp32"),
                           ("s/step=.2/step=graphs/", "it measured batch 128, step graphs:"),
                           ("s/batch=.2/batch=7/", "it measured batch 7"),
                           ("s/ms_per_epoch/ms/", "not a record of vgan_bench")):
            _, old, new, _ = wrong.split("/")
            script(self.bench, VGAN_BENCH.replace(old.replace(".2", "$2"), new))
            found, failed = self.run_rows([FIRST])
            self.assertEqual(found, {})
            self.assertIn(why, failed[FIRST])

    def test_what_it_wrote_to_a_file_is_removed(self):
        script(self.bench, 'while [ "$1" != --out ]; do shift; done; touch "$2" "$2.part"; exit 3')
        _, failed = self.run_rows([Draw("bf16", "u8", "file")])
        self.assertEqual(list(failed.values()), ["exit 3: it said nothing"])
        self.assertEqual(list(self.folder.glob("samples.raw*")), [])


class Whole(Check):
    """The stage within the check."""

    def bench(self, *flags):
        status, said, record = self.check("bench", *flags)
        return status, record["stages"]["bench"], (self.out / "gpu-report.md").read_text()

    def beside(self, ending, text):
        (self.root / "bin" / ("vgan_bench" + ending)).write_text(text)

    def test_tables_with_targets_beside_figures(self):
        status, entry, text = self.bench()
        self.assertEqual((status, entry["status"], entry["why"]), (0, "pass", "80 of 80 rows"))
        self.assertIn("| article | bf16 | graph | 128 | 1 | 84 (10 to 1e+12) | 410.5 | "
                      "at most 100 us: met |", text)
        self.assertIn("| default | fp32 | fused | 128 | 1 | 80 (10 to 1e+12) | 410.5 | "
                      "at most 50 us: missed |", text)
        self.assertIn("at least 400 TFLOP/s: met", text)
        self.assertIn("at least 150 M/s: met", text)
        self.assertIn("- bf16: fused is faster at 32, 64, 128, 256, 512; "
                      "graph at 1024, 2048, 4096.", text)
        aim = entry["numbers"]["targets"][1]
        self.assertEqual((aim["what"], aim["bound"], aim["measured"], aim["met"]),
                         ("article, bf16, fused, batch 128", 50, 80, False))
        self.assertEqual(len(entry["numbers"]["rows"]), 80)
        asked = (self.root / "bin" / "vgan_bench.log").read_text().splitlines()
        self.assertEqual([line.split(" --g-layers")[0] for line in asked[:3]],
                         [" ".join(bench_rows.words(row, FULL, "")).split(" --g-layers")[0]
                          for row in bench_rows.plan(FULL)[:3]])

    def test_a_failing_row_fails_the_stage_and_the_rest_is_measured(self):
        self.beside(".fails", "--batch 512 ")
        status, entry, text = self.bench()
        self.assertEqual((status, entry["status"]), (1, "fail"))
        self.assertEqual(entry["why"], "6 of 80 rows failed, first article, bf16, graph, "
                         "batch 512: exit 70: vgan_bench: the reason")
        self.assertEqual(len(entry["numbers"]["rows"]), 74)
        self.assertIn("- failed: article, fp32, fused, batch 512: exit 70", text)
        self.assertIn("| bf16 | 512 | - | - | - | - | - | - |", text)

    def test_a_rehearsal_is_small_and_has_no_targets(self):
        status, entry, text = self.bench("--device", "cpu")
        self.assertEqual((status, entry["why"]), (0, "27 of 27 rows"))
        self.assertEqual(entry["numbers"]["targets"], [])
        self.assertNotIn("at most", text)


class Verdict(unittest.TestCase):
    ROWS = [FIRST, FIRST._replace(batch=64)]

    def test_out_of_time_passes_with_what_there_is(self):
        found = {FIRST: dict(us=[1.0, 1.0, 1.0], tflops=1.0)}
        text, late = stage_bench.report(FULL, self.ROWS, found, {})
        self.assertEqual(late, self.ROWS[1:])
        self.assertIn("- out of time: article, bf16, graph, batch 64", text)
        self.assertEqual(stage_bench.verdict(self.ROWS, found, {}, late),
                         ("pass", "1 of 2 rows, then out of time"))
        self.assertEqual(stage_bench.verdict(self.ROWS, {}, {}, self.ROWS),
                         ("fail", "out of time before the first row"))

    def test_the_crossover_is_of_pairs(self):
        def both(batch, graph, fused):
            return {FIRST._replace(batch=batch, step=step): dict(us=[us, us, us])
                    for step, us in (("graph", graph), ("fused", fused))}

        found = both(256, 9, 5) | both(1024, 9, 9.5) | {FIRST._replace(batch=512): dict(us=[9])}
        self.assertEqual(stage_bench.crossover(FULL, found),
                         ["- bf16: fused is faster at 256; graph at 1024."])


if __name__ == "__main__":
    unittest.main()
