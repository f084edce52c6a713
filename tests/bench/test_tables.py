"""Tests of the scripts that compare virtual rows: targets, medians, Markdown, the kept runs; needs no package, but for
the trees, whose tests are skipped without scikit-learn: python3 tests/bench/test_tables.py"""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import table_report  # noqa: E402
import table_runs  # noqa: E402

try:
    import numpy as np
    import pandas as pd
    import sklearn  # noqa: F401
except ImportError:
    np = None

CHECKED = """wrote p.csv: 503 rows of 10 columns, 0.128 s; from r1/checkpoints/epoch-00000300.safetensors (epoch 300)

number            rows     R2   RMSE  coverage  width
Angle             1,500      -      0     1.000      -
Sound pressure  1,503  0.926  1.799     0.964  1.112

word   rows  accuracy  log probability
Sound pressure  503  0.9  -0.2
"""


def run(table="iris", method="masked", seed=1, **changes):
    figures = dict(shape=.9, trend=.7, c2st=.6, utility=.9, dcr=1., copies=.05) | changes.pop("figures", {})
    return dict(table=table, method=method, seed=seed, settings="", rows=3000, seconds=5., version="v1",
                figures=figures, real=dict(shape=.9, trend=.7, c2st=.5, utility=1., dcr=0., copies=1.),
                resampled=dict(shape=.9, trend=.5, c2st=.9, utility=.1, dcr=4., copies=0.),
                held_out_copies=.04) | changes


def runs_of(*all_runs):
    kept = table_runs.Runs(pathlib.Path("no such file"))
    kept.all = list(all_runs)
    return kept


class Methods(unittest.TestCase):
    def test_flags_of_own_methods_are_added_and_changed(self):
        own = table_runs.methods_of(["long=--preset masked --epochs 9", "vae="])
        self.assertEqual(own["long"], "--preset masked --epochs 9")
        self.assertEqual(own["vae"], "")
        self.assertEqual(own["masked-folds"], "--preset masked --folds 4")

    def test_a_method_without_flags_or_of_another_tool_is_refused(self):
        for text in ("long", "=--epochs 9", "a b=--epochs 9", "ctgan=--epochs 9"):
            with self.assertRaises(ValueError):
                table_runs.methods_of([text])

    def test_unknown_words_are_refused_with_those_that_there_are(self):
        self.assertEqual(table_runs.words_of("", ["a", "b"], "table"), ["a", "b"])
        with self.assertRaisesRegex(ValueError, "no table 'c'; there are a, b"):
            table_runs.words_of("a,c", ["a", "b"], "table")


class Kept(unittest.TestCase):
    def test_a_run_is_in_the_file_at_once_and_replaces_an_older_one(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "deep" / "runs.json"
            kept = table_runs.Runs(path)
            kept.put(run(seconds=1))
            kept.put(run(seed=2))
            kept.put(run(seconds=3))
            self.assertEqual([one["seconds"] for one in table_runs.Runs(path).of("iris", "masked", [1, 2, 3])], [3, 5])
            self.assertEqual(len(json.loads(path.read_text())), 2)
            self.assertEqual(sorted(file.name for file in path.parent.iterdir()), ["runs.json", "runs.json.lock"])

    def test_two_calls_may_fill_one_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "runs.json"
            one, other = table_runs.Runs(path), table_runs.Runs(path)
            one.put(run(seed=1))
            other.put(run(seed=2))
            one.put(run(seed=3))
            self.assertEqual(len(table_runs.Runs(path).all), 3)


class Figures(unittest.TestCase):
    def test_the_checked_outcome_is_read_by_its_name(self):
        self.assertEqual(table_report.checked_number(CHECKED, "Sound pressure"),
                         dict(r2=.926, coverage=.964, width=1.112))
        self.assertEqual(table_report.checked_number(CHECKED, "Angle"), dict(r2=None, coverage=1., width=None))
        self.assertIsNone(table_report.checked_number(CHECKED, "pressure"))
        self.assertIsNone(table_report.checked_number("", "Angle"))

    def test_medians_pass_over_runs_that_failed(self):
        three = [run(seconds=9), run(seconds=1), dict(table="iris", method="arf", seed=3, failed="over 10 min")]
        self.assertEqual(table_report.median_of(three, "seconds"), 5)
        self.assertEqual(table_report.median_of(three, "trend"), .7)
        self.assertIsNone(table_report.median_of(three, "r2"))

    def test_utility_and_copies_count_beside_those_of_real_rows_run_by_run(self):
        runs = [run(figures=dict(utility=.4), real=dict(utility=.5)), run(figures=dict(utility=.1)),
                run(figures=dict(copies=.24))]
        self.assertAlmostEqual(table_report.median_of(runs, "utility_share"), .8)
        self.assertAlmostEqual(table_report.value_of(runs[2], "copies_beyond"), .2)

    def test_words_for_a_limit(self):
        self.assertEqual(table_report.over_text(600), "over 10 min")
        self.assertEqual(table_report.over_text(90), "over 90 s")


class Targets(unittest.TestCase):
    def test_there_is_one_for_each_table(self):
        self.assertEqual(len(table_report.TARGETS), 10)
        self.assertLessEqual(set(table_report.GIVEN_TARGETS), set(table_report.TARGETS))

    def test_a_bound_is_met_by_itself(self):
        self.assertTrue(table_report.meets(.57, ("<=", .57)))
        self.assertTrue(table_report.meets(.57, (">=", .57)))
        self.assertFalse(table_report.meets(.571, ("<=", .57)))
        self.assertFalse(table_report.meets(.569, (">=", .57)))

    def test_misses_have_their_figure_value_and_bound(self):
        wanted = dict(c2st=("<=", .57), trend=(">=", .7), r2=[(">=", .9)], width=[("<=", 1.), (">=", .5)])
        one = run(given=dict(r2=.95, coverage=.9, width=.4))
        self.assertEqual(table_report.misses([one], wanted), [("c2st", .6, ("<=", .57)), ("width", .4, (">=", .5))])

    def test_a_figure_that_is_not_there_is_a_miss(self):
        self.assertEqual(table_report.misses([run()], dict(r2=[(">=", .9)])), [("r2", None, (">=", .9))])


class Text(unittest.TestCase):
    def test_a_miss_is_bold_and_named(self):
        kept = runs_of(run(figures=dict(c2st=.7)), run(method="cart"))
        text = table_report.section(kept, ["iris"], [1])
        self.assertIn("| iris | *target* | ≤ 10 |  | ≤ 0.62 | ≥ 0.97 of real | ≤ held-out + 5 |", text)
        self.assertIn("| iris | masked | 5.0 | 0.700 | **0.700** | **0.900** | 5.0 |", text)
        self.assertIn("| iris | cart | 5.0 | 0.700 | 0.600 | 0.900 | 5.0 |", text)
        self.assertIn("`masked` meets 2 of 4 targets, and misses iris c2st 0.700 (≤ 0.62); iris utility of real 0.900",
                      text.replace("\n  ", " "))

    def test_best_needs_both_utility_and_trend_above_every_other_tool(self):
        kept = runs_of(run(figures=dict(trend=.8, utility=.95)), run(method="cart"),
                       run(method="arf", figures=dict(trend=.1)),
                       run("ENB", figures=dict(trend=.8)), run("ENB", "cart"), run("wine"),
                       run("adult", figures=dict(utility=.95)), run("adult", "cart"))
        found = table_report.better_than_all(kept, ["iris", "ENB", "wine", "adult"], "masked", ["cart", "arf"], [1])
        self.assertEqual(found, (["iris"], ["iris", "ENB", "adult"]))

    def test_predictions_have_targets_and_misses(self):
        kept = runs_of(run("airfoil", given=dict(r2=.9, coverage=.96, width=.8)))
        text = table_report.given_table(kept, ["airfoil"], [1])
        self.assertIn("| airfoil | *target* | ≥ 0.93 | ≥ 87 %, ≤ 93 % | ≤ 0.9 |", text)
        self.assertIn("| airfoil | masked | **0.900** | **96 %** | 0.800 |", text)

    def test_a_tool_that_took_too_long_says_so(self):
        kept = runs_of(dict(table="iris", method="arf", seed=1, failed="over 10 min"), run())
        self.assertIn("| iris | arf | over 10 min |  |  |  |  |", table_report.main_table(kept, ["iris"], ["arf"], [1]))
        self.assertIn("| iris | arf |  |  |  |  |  |  | over 10 min |",
                      table_report.all_figures(kept, ["iris"], ["arf"], [1]))

    def test_fewer_seeds_than_asked_for_are_told(self):
        text = table_report.main_table(runs_of(run(method="ctgan")), ["iris"], ["ctgan"], [1, 2, 3])
        self.assertIn("| iris | ctgan (1 of 3) |", text)

    def test_all_figures_have_floors_and_no_line_is_too_long(self):
        text = table_report.all_figures(runs_of(run()), ["iris", "ENB"], ["masked", "vae"], [1, 2])
        self.assertEqual(text.splitlines()[2:], [
            "| iris | *real training rows* | 0.900 | 0.700 | 0.500 | 1.000 | 0.000 | 100.0 |  |",
            "| iris | *resampled columns* | 0.900 | 0.500 | 0.900 | 0.100 | 4.000 | 0.0 |  |",
            "| iris | masked | 0.900 | 0.700 | 0.600 | 0.900 | 1.000 | 5.0 | 5.0 |"])
        self.assertTrue(all(len(line) <= 120 for line in table_report.wrapped("words " * 99).splitlines()))

    def test_the_section_goes_between_its_marks_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "page.md"
            path.write_text(f"before\n{table_report.BEGIN}\nold\n{table_report.END}\nafter\n")
            table_report.put("new", path)
            table_report.put("newer", path)
            self.assertEqual(path.read_text(),
                             f"before\n{table_report.BEGIN}\n\nnewer\n\n{table_report.END}\nafter\n")
            for marks in ("none", table_report.BEGIN, table_report.END, table_report.END + table_report.BEGIN):
                path.write_text(marks)
                with self.assertRaises(SystemExit):
                    table_report.put("new", path)


@unittest.skipIf(np is None, "needs numpy, pandas and scikit-learn")
class Trees(unittest.TestCase):
    def setUp(self):
        import table_cart

        self.cart = table_cart
        random = np.random.default_rng(1)
        kind = random.choice(["red", "green", "blue"], 600)
        x = random.normal(size=600).round(3)
        mean = pd.Series(kind).map(dict(red=5., green=-5., blue=0.)).to_numpy()
        self.data = pd.DataFrame(dict(kind=kind, x=x, y=(mean + 3 * x + random.normal(0, .1, 600)).round(2)))

    def test_columns_hang_together_and_every_value_was_seen(self):
        drawn = self.cart.cart_rows(self.data, {}, 900, 7)
        self.assertEqual(list(drawn.columns), ["kind", "x", "y"])
        self.assertEqual(len(drawn), 900)
        for name in drawn:
            self.assertLessEqual(set(drawn[name]), set(self.data[name]))
        means = drawn.kind.map(dict(red=5., green=-5., blue=0.)) + 3 * drawn.x
        self.assertGreater(np.corrcoef(means, drawn.y)[0, 1], .99)

    def test_equal_seeds_draw_equal_rows(self):
        drawn = [self.cart.cart_rows(self.data, {}, 50, seed) for seed in (1, 1, 2)]
        self.assertTrue(drawn[0].equals(drawn[1]))
        self.assertFalse(drawn[0].equals(drawn[2]))

    def test_a_gap_is_drawn_before_the_column_and_the_column_from_rows_that_have_it(self):
        data = self.data.assign(gone=(self.data.x > 1).astype(int))
        data.loc[data.gone == 1, "y"] = 99.
        self.assertEqual(self.cart.in_order(data, {"y": "gone"}), ["kind", "x", "gone", "y"])
        drawn = self.cart.cart_rows(data, {"y": "gone"}, 500, 3)
        self.assertGreater(((drawn.x > 1) == (drawn.gone == 1)).mean(), .98)
        data = self.data.assign(gone=(self.data.x.rank() > 597).astype(int))  # fewer than fill a leaf
        data.loc[data.gone == 1, "y"] = 99.
        drawn = self.cart.cart_rows(data, {"y": "gone"}, 5000, 3)
        self.assertLess(drawn.y[drawn.gone == 0].max(), 99)

    def test_words_are_ordered_by_what_they_predict(self):
        words = pd.Series(["a", "a", "b", "b", "c", "c"])
        self.assertEqual(self.cart.scores_of_words(words, pd.Series([1., 2, 9, 9, 0, 0])), dict(c=1., a=2., b=3.))
        places = self.cart.scores_of_words(words, pd.Series(list("xyxxyy")))
        self.assertIn([places[word] for word in "bac"], ([1., 2., 3.], [3., 2., 1.]))


@unittest.skipIf(np is None, "needs numpy, pandas and scikit-learn")
class Forms(unittest.TestCase):
    def setUp(self):
        import table_peers

        self.peers = table_peers
        self.train = pd.DataFrame(dict(
            few=[0.5, 1.5] * 6, whole=[1, 2] * 6, gaps=[1.25, None] + [x / 4 for x in range(10)],
            word=["a", None] + ["b"] * 10, many=[x + .5 for x in range(12)]))

    def test_gaps_are_filled_and_marked_and_few_values_are_classes(self):
        form = self.peers.Form(self.train)
        filled = form.filled()
        self.assertEqual(form.classes, ["gaps missing", "whole", "word"])
        self.assertEqual(filled["gaps missing"].tolist(), [0, 1] + [0] * 10)
        self.assertFalse(filled.isna().any().any())
        self.assertEqual(filled.word[1], "")
        self.assertEqual(self.peers.Form(self.train, whole=False).classes,
                         ["gaps missing", "few", "whole", "gaps", "word"])

    def test_what_was_filled_comes_back(self):
        form = self.peers.Form(self.train)
        back = form.restored(form.filled())
        self.assertEqual(back.astype(object).where(back.notna(), None).to_dict("list"),
                         self.train.astype(object).where(self.train.notna(), None).to_dict("list"))

    def test_drawn_numbers_keep_to_range_and_decimals_and_missing_ones_stay_so(self):
        form = self.peers.Form(self.train)
        drawn = pd.DataFrame(dict(
            few=[9., 1.234], whole=pd.array([-3, 2], "Int64"), gaps=pd.array([None, .333], "Float64"),
            word=pd.array([None, "b"], "string"), many=[3.26, 99.]))
        back = form.restored(drawn)
        self.assertEqual(back.few.tolist(), [1.5, 1.2])
        self.assertEqual(back.whole.tolist(), [1, 2])
        self.assertTrue(pd.isna(back.gaps[0]) and back.gaps[1] == .33)
        self.assertTrue(pd.isna(back.word[0]) and back.word[1] == "b")
        self.assertEqual(back.many.tolist(), [3.3, 11.5])


@unittest.skipIf(np is None, "needs numpy, pandas and scikit-learn")
class Calls(unittest.TestCase):
    """make_run, with fakes for what draws and what judges."""

    def setUp(self):
        import tables

        self.tables = tables
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.runs = table_runs.Runs(pathlib.Path(folder.name) / "runs.json")
        self.calls = []

    def make(self, method, vgan="vgan", fails=None, **changes):
        def draw(*args):
            self.calls.append("draw")
            if fails:
                raise fails
            return dict(seconds=2., version="v1")

        def judge(*args):
            self.calls.append("judge")
            return dict(figures=dict(trend=.5), real={}, resampled={}, held_out_copies=0.)

        args = self.tables.arguments([vgan])
        args.own, args.version = table_runs.methods_of([]), "v1"
        vars(args).update(changes)
        self.calls = []
        quiet = contextlib.redirect_stderr(io.StringIO())
        given = mock.Mock(return_value=dict(r2=.9, coverage=.9, width=.5))
        with mock.patch.multiple(self.tables, draw_own=draw, draw_peer=draw, judged=judge, predicted=given), quiet:
            self.tables.make_run("iris", method, 1, pathlib.Path("x"), (100, True, "y"), self.runs, args)
        return self.runs.find("iris", method, 1)

    def test_what_is_there_is_not_made_again_unless_settings_changed(self):
        self.assertEqual(self.make("ctgan")["figures"], dict(trend=.5))
        self.assertEqual(self.calls, ["draw", "judge"])
        self.make("ctgan")
        self.assertEqual(self.calls, [])
        self.assertEqual(self.make("ctgan", epochs=9)["settings"], "--epochs 9")
        self.assertEqual(self.calls, ["draw", "judge"])
        self.make("ctgan", epochs=9, anew=True)
        self.assertEqual(self.calls, ["draw", "judge"])

    def test_rows_made_without_vgan_are_judged_later(self):
        self.assertNotIn("figures", self.make("cart", "-"))
        self.assertIn("figures", self.make("cart"))
        self.assertEqual(self.calls, ["judge"])

    def test_a_tool_that_takes_too_long_is_kept_as_such(self):
        made = self.make("arf", fails=self.tables.TooLong("over 10 min"))
        self.assertEqual(made["failed"], "over 10 min")
        self.assertEqual(self.calls, ["draw"])
        self.make("arf")
        self.assertEqual(self.calls, [])

    def test_a_failure_is_not_kept(self):
        with self.assertRaises(RuntimeError):
            self.make("arf", fails=RuntimeError("no package"))
        self.assertIsNone(self.runs.find("iris", "arf", 1))

    def test_masked_methods_predict_the_outcome_and_no_others(self):
        self.assertEqual(self.make("masked-folds")["given"]["r2"], .9)
        self.assertNotIn("given", self.make("vae"))
        self.assertNotIn("given", self.make("cart"))

    def test_a_command_is_stopped_after_its_processor_seconds(self):
        spend = "import time\nwhile time.process_time() < %s: pass\nprint('done')"
        with self.assertRaisesRegex(self.tables.TooLong, "over 1 s"):
            self.tables.processor_seconds([sys.executable, "-c", spend % 9], 1)
        seconds, said = self.tables.processor_seconds([sys.executable, "-c", spend % .3], 5)
        self.assertEqual(said, "done\n")
        self.assertGreaterEqual(seconds, .3)
        with self.assertRaisesRegex(RuntimeError, "no such thing"):
            self.tables.processor_seconds([sys.executable, "-c", "raise SystemExit('no such thing')"])


if __name__ == "__main__":
    unittest.main()
