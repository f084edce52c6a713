"""Tests of compare.py's own logic, with fakes for the sides; needs neither numpy nor a peer:
python3 tests/bench/test_compare.py"""

import contextlib
import io
import math
import pathlib
import sys
import unittest
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import compare  # noqa: E402
import parity  # noqa: E402
import recipe  # noqa: E402
import sides  # noqa: E402
from sides import Cell  # noqa: E402

ARTICLE = Cell("article", "fp32", 128)

# A side: FAKE SECONDS_PER_STEP FIRST_LOSS FAILS_AT_ORDER RECIPE; its own recipe is RECIPE's.
FAKE = '''
import json, sys
sys.path.insert(0, %r)
import recipe
seconds, loss, fails = float(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
def answer(**fields): print(json.dumps(fields), flush=True)
if fails == "start": sys.exit("no such device")
other = "default" if sys.argv[4] == "article" else "article"
theirs = recipe.SHARED | recipe.RECIPES[other if fails == "recipe" else sys.argv[4]]
answer(ready=True, versions={"fake": "1"}, recipe=theirs)
for number, line in enumerate(sys.stdin):
    order, *numbers = line.split()
    if fails == str(number): sys.exit("broke down")
    if order == "run": answer(seconds=seconds * int(numbers[0]))
    else: answer(losses=[[loss, 0.7, 0.0]] * int(numbers[0]))
''' % str(sides.HERE)


def arguments(*words):
    return compare.arguments(["--device", "cpu", "--threads", "2", "--recipes", "article",
                              "--precisions", "fp32", "--sides", "eager", "jax", "--binary", "x",
                              "--turn-seconds", "0.06", "--parity-epochs", "6", "--seconds", "60",
                              *words])


class Comparison(unittest.TestCase):
    def race(self, *words, **fakes):
        """(race, whether it agreed, result); `fakes`: side -> (seconds a step, loss, fails)."""
        def command_of(args, side, cell, images, script=""):
            seconds, loss, fails = fakes.get(side, (0.002, 1.3, ""))
            if isinstance(loss, dict):
                loss = loss[cell.recipe]
            return [sys.executable, "-c", FAKE, str(seconds), str(loss), str(fails), cell.recipe]

        args = arguments(*words)
        race, said = compare.Race(args), io.StringIO()
        with mock.patch.object(sides, "command_of", command_of), contextlib.redirect_stdout(said):
            agree = race.run("images", "script")
        return race, agree, compare.result(args, race, agree)

    def test_sides_take_turns_and_the_fastest_other_is_named(self):
        race, agree, found = self.race(vgan=(0.001, 1.3, ""), eager=(0.002, 1.3, ""),
                                       jax=(0.003, 1.3, ""))
        self.assertTrue(agree)
        self.assertTrue(found["complete"])
        self.assertEqual(race.left_out, [])
        self.assertEqual([(cell["side"], cell["rounds"], cell["warm_up"]) for cell in
                          found["cells"]], [("vgan", 5, 30), ("eager", 5, 30), ("jax", 5, 30)])
        self.assertAlmostEqual(found["cells"][0]["steps_per_second"], 1000)
        self.assertIn("| article | fp32 | 128 | 1 (1 to 1) | 2 (2 to 2) | 3 (3 to 3) | "
                      "2.00 (eager) |", found["table"])
        self.assertEqual(len(found["band"]), 3)
        self.assertEqual(found["versions"], {"fake": "1"})

    def test_a_peer_that_takes_another_step_is_marked(self):
        race, agree, found = self.race(jax=(0.002, 1.3 * (1 + 2e-4), ""))
        self.assertFalse(agree)
        self.assertFalse(found["complete"])
        self.assertEqual([part["ok"] for part in race.check], [True, False])
        self.assertEqual(race.missed, {("article", "fp32"): ["jax takes another step"]})
        self.assertIn("| NOT SHOWN ALIKE: jax takes another step |", found["table"])

    def test_losses_of_vgan_outside_the_band_are_marked(self):
        race, agree, found = self.race(vgan=(0.001, 1.3 * 1.26, ""))
        self.assertFalse(agree)
        self.assertFalse(found["complete"])
        self.assertEqual([part["ok"] for part in race.band], [False, True, True])
        self.assertIn("| NOT SHOWN ALIKE: vgan's D loss out of the band |", found["table"])
        self.assertTrue(self.race(vgan=(0.001, 1.3 * 1.24, ""))[1])

    def test_a_recipe_that_misses_its_check_loses_no_other_figures(self):
        race, agree, found = self.race("--recipes", "article", "default",
                                       vgan=(0.001, dict(article=2.6, default=1.3), ""))
        self.assertFalse(agree)
        article, default = found["table"].splitlines()[2:]
        self.assertIn("| article | fp32 | 128 | 1 (1 to 1) | 2 (2 to 2) |", article)
        self.assertTrue(article.endswith("| NOT SHOWN ALIKE: vgan's D loss out of the band |"))
        self.assertTrue(default.endswith("| 2.00 (eager) |"), default)
        self.assertEqual([cell["rounds"] for cell in found["cells"]], [5] * 6)
        self.assertEqual(found["missed"], [dict(recipe="article", precision="fp32",
                                                why=["vgan's D loss out of the band"])])

    def test_a_missed_check_is_the_exit_status_after_the_table(self):
        def run(race, images, script):
            race.times = {(side, *ARTICLE): [0.001] * 5 for side in ("vgan", "eager", "jax")}
            race.miss(ARTICLE, "vgan's R1 out of the band")
            return False

        args, said, numpy = arguments(), io.StringIO(), mock.MagicMock()
        with mock.patch.object(compare.Race, "run", run), \
                mock.patch.object(compare, "arguments", lambda: args), \
                mock.patch.object(compare, "read_images", lambda *_: []), \
                mock.patch.object(recipe, "write_script"), \
                mock.patch.object(compare.importlib.util, "find_spec", lambda name: name), \
                mock.patch.dict(sys.modules, numpy=numpy), contextlib.redirect_stdout(said), \
                self.assertRaises(SystemExit) as end:
            compare.main()
        self.assertIn("| article | fp32 | 128 | 1 (1 to 1) |", said.getvalue())
        self.assertIn("train alike", str(end.exception.code))  # a text: status 1
        self.assertIn("article fp32", str(end.exception.code))

    def test_another_recipe_is_marked(self):
        race, agree, found = self.race(vgan=(0.001, 1.3, "recipe"))
        self.assertFalse(agree)
        self.assertIn("another recipe: output: tanh, not linear", race.left_out[0]["why"])
        self.assertIn("a side of the check was not ready", found["table"])

    def test_a_side_that_breaks_down_is_left_out_with_its_last_words(self):
        race, agree, found = self.race(jax=(0.002, 1.3, "3"))  # in its third round
        self.assertTrue(agree)
        self.assertFalse(found["complete"])
        self.assertEqual([(part["side"], part["why"]) for part in race.left_out],
                         [("jax", "ended with status 1: broke down")])
        self.assertEqual([cell["rounds"] for cell in found["cells"]], [5, 5, 1])

    def test_a_side_that_does_not_start_is_left_out(self):
        race, agree, found = self.race(jax=(0.002, 1.3, "start"))
        self.assertTrue(agree)
        self.assertTrue(found["complete"])
        self.assertIn("while preparing: ended with status 1: no such device",
                      race.left_out[0]["why"])
        race, agree, found = self.race(vgan=(0.001, 1.3, "start"))
        self.assertFalse(agree)

    def test_rounds_stop_when_time_is_up(self):
        race, said = compare.Race(arguments("--rounds", "3")), io.StringIO()
        with contextlib.redirect_stdout(said):
            race.rounds([], [], -1.0)
        self.assertEqual(said.getvalue().count("done"), 1)


class Parity(unittest.TestCase):
    def test_the_worst_relative_difference(self):
        wanted = [[1.0, 2.0, 0.0]]
        self.assertEqual(parity.worst_difference(wanted, wanted), 0)
        self.assertAlmostEqual(parity.worst_difference([[1.1, 2.0, 0.0]], wanted), 0.1)
        self.assertAlmostEqual(parity.worst_difference([[1.0, 2.0, 0.5]], wanted), 0.5)
        for broken in ([], [[math.nan, 2.0, 0.0]], [[1.0, math.inf, 0.0]], wanted * 2):
            self.assertEqual(parity.worst_difference(broken, wanted), math.inf)

    def test_only_the_last_third_counts(self):
        self.assertEqual(parity.settled([[9.0, 9.0, 9.0]] * 4 + [[1.0, 2.0, 3.0]] * 2),
                         [1.0, 2.0, 3.0])

    def band(self, ours, theirs):
        """(low, high, ok) of D's loss, of runs of one step each."""
        runs = ([[[value, 2.0, 0.0]] for value in side] for side in (ours, theirs))
        d_loss, g_loss, r1 = parity.in_band(*runs)
        self.assertTrue(g_loss["ok"] and r1["ok"])
        return d_loss["low"], d_loss["high"], d_loss["ok"]

    def test_the_band_is_a_quarter_of_the_mean_at_least(self):
        self.assertEqual(self.band([1.25] * 3, [1.0] * 3), (0.75, 1.25, True))
        for outside in (1.26, 0.74, math.nan):
            self.assertFalse(self.band([outside] * 3, [1.0] * 3)[2])

    def test_the_band_fits_its_sample(self):
        # R1 over 48 epochs, one penalty a run: vgan's as measured, PyTorch's least and most too.
        measured = [0.0015, 0.0012, 0.0017], [0.0030, 0.0046, 0.0089]
        low, high, ok = self.band(*measured)
        self.assertTrue(ok)
        # By hand: squares of 0.13e-6 and 18.62e-6 over 4 degrees: 8.610 * 2.165e-3 * sqrt(2/3).
        self.assertAlmostEqual(high - low, 2 * 0.01522, places=4)
        # As many runs that scatter little are held closely.
        self.assertFalse(self.band([0.0015, 0.0016, 0.0017], [0.0046, 0.0047, 0.0048])[2])

    def test_chance_needs_two_runs(self):
        self.assertEqual(parity.chance([1.0], [3.0]), 0.0)
        self.assertAlmostEqual(parity.chance([1.0, 1.0], [1.0, 3.0]), 31.60)


class Settings(unittest.TestCase):
    def test_a_cpu_is_not_asked_for_what_needs_a_gpu(self):
        args = compare.arguments(["--device", "cpu"])
        self.assertEqual(args.sides, ["eager", "compile", "jax"])
        self.assertEqual((args.precisions, args.warm_up), (["fp32", "bf16"], 30))
        args = compare.arguments([])
        self.assertEqual((args.precisions, args.warm_up), (["fp32", "tf32", "bf16"], 500))

    def test_large_batches_are_warmed_up_by_as_many_samples(self):
        args = compare.arguments(["--warm-up", "500"])
        self.assertEqual([sides.warm_up_of(args, batch) for batch in (1, 128, 1024, 8192, 65536)],
                         [500, 500, 500, 62, 20])

    def test_recipes_differ_by_what_is_named(self):
        theirs = recipe.SHARED | recipe.RECIPES["default"]
        self.assertEqual(recipe.differences("default", theirs), [])
        self.assertEqual(recipe.differences("default", theirs | {"r1": 2.0}),
                         ["r1: 2.0, not 1.0"])
        self.assertEqual(compare.UNIT % recipe.RECIPES["default"]["r1_every"], 0)


if __name__ == "__main__":
    unittest.main()
