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

# A side: FAKE SECONDS_PER_STEP FIRST_LOSS [FAILS_AT_ORDER]; its own recipe is the article's.
FAKE = '''
import json, sys
sys.path.insert(0, %r)
import recipe
seconds, loss, fails = float(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
def answer(**fields): print(json.dumps(fields), flush=True)
if fails == "start": sys.exit("no such device")
theirs = recipe.SHARED | recipe.RECIPES["default" if fails == "recipe" else "article"]
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
            return [sys.executable, "-c", FAKE, str(seconds), str(loss), str(fails)]

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

    def test_a_peer_that_takes_another_step_ends_it(self):
        race, agree, found = self.race(jax=(0.002, 1.3 * (1 + 2e-4), ""))
        self.assertFalse(agree)
        self.assertFalse(found["complete"])
        self.assertEqual([part["ok"] for part in race.check], [True, False])
        self.assertEqual(race.times, {})

    def test_losses_of_vgan_outside_the_band_end_it(self):
        race, agree, _ = self.race(vgan=(0.001, 1.3 * 1.26, ""))
        self.assertFalse(agree)
        self.assertEqual([part["ok"] for part in race.band], [False, True, True])
        self.assertTrue(self.race(vgan=(0.001, 1.3 * 1.24, ""))[1])

    def test_another_recipe_ends_it(self):
        race, agree, _ = self.race(vgan=(0.001, 1.3, "recipe"))
        self.assertFalse(agree)
        self.assertIn("another recipe: output: tanh, not linear", race.left_out[0]["why"])

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

    def test_the_band_is_the_span_widened(self):
        theirs = [[[1.0, 2.0, 0.0]], [[2.0, 2.0, 0.0]]]
        d_loss, g_loss, r1 = parity.in_band([[[2.5, 2.0, 0.0]]], theirs)
        self.assertEqual((d_loss["low"], d_loss["high"]), (0.75, 2.5))
        self.assertTrue(d_loss["ok"] and g_loss["ok"] and r1["ok"])
        for outside in (2.51, 0.74, math.nan):
            self.assertFalse(parity.in_band([[[outside, 2.0, 0.0]]], theirs)[0]["ok"])


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
