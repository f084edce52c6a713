"""Tests of the GPU check's own scripts, with fakes for what a machine without a GPU lacks:
python3 tests/gpu/test_report.py"""

import contextlib
import io
import json
import pathlib
import shutil
import struct
import sys
import time
import types
import unittest
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import build  # noqa: E402
import machine  # noqa: E402
import report  # noqa: E402
import stage_ncu  # noqa: E402
import stage_resume  # noqa: E402
import stage_sanitizer  # noqa: E402
import stage_speed  # noqa: E402
import stages  # noqa: E402
from fakes import CLEAN, NCU_CSV, VGAN, VGAN_TESTS, Check, Folder, script  # noqa: E402


def safetensors(path, tensors):
    header, data = {"__metadata__": {"epoch": "1"}}, b""
    for name, values in tensors.items():
        raw = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": [len(values)],
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


class Budget(Folder):
    def run_stage(self, body, seconds=20):
        (self.folder / "stage.py").write_text(body)
        with open(self.folder / "log.txt", "w") as log:
            return stages.run_stage(self.folder / "stage.py", [], seconds, self.folder / "work", log)

    def test_a_stage_is_stopped_at_its_budget_with_all_it_started(self):
        child = self.folder / "child"
        entry = self.run_stage(
            "import subprocess, sys, time\n"
            f"p = subprocess.Popen(['sleep', '60']); open({str(child)!r}, 'w').write(str(p.pid))\n"
            "print('half way', flush=True); time.sleep(60)\n", seconds=1.5)
        self.assertEqual(entry["status"], "fail")
        self.assertEqual(entry["why"], "stopped at its budget of 2 s: half way")
        self.assertLess(entry["seconds"], 10)
        status = pathlib.Path("/proc", child.read_text(), "stat")
        for _ in range(100):
            if not status.exists() or status.read_text().split()[2] == "Z":
                return
            time.sleep(0.05)
        self.fail("what the stage started outlived it")

    def test_a_stage_that_dies_without_a_result_fails_with_its_last_line(self):
        entry = self.run_stage("print('a'); raise SystemExit('the reason')")
        self.assertEqual((entry["status"], entry["why"]),
                         ("fail", "exit 1 without a result: the reason"))

    def test_a_result_is_taken_as_it_was_written(self):
        entry = self.run_stage(
            "import sys; sys.path.insert(0, %r)\nimport common\n"
            "common.guarded(lambda args, result: result.write('skipped', 'no tool', 'T', n=3), 'x')"
            % str(stages.HERE))
        self.assertEqual((entry["status"], entry["why"], entry["table"], entry["numbers"]),
                         ("skipped", "no tool", "T", {"n": 3}))
        self.assertIn("skipped: no tool", (self.folder / "log.txt").read_text())

    def test_a_stage_that_is_stopped_while_it_writes_its_result_has_none(self):
        entry = self.run_stage(
            "import sys, time\nresult = sys.argv[sys.argv.index('--result') + 1]\n"
            "open(result, 'w').write('{\"status\": \"pa'); print('writing', flush=True)\n"
            "time.sleep(60)\n", seconds=1.5)
        self.assertEqual((entry["status"], entry["why"]),
                         ("fail", "stopped at its budget of 2 s: writing"))

    def test_what_a_stage_raises_is_a_failure_with_its_text(self):
        entry = self.run_stage(
            "import sys; sys.path.insert(0, %r)\nimport common\n"
            "def stage(args, result): raise ValueError('odd')\ncommon.guarded(stage, 'x')"
            % str(stages.HERE))
        self.assertEqual((entry["status"], entry["why"]), ("fail", "ValueError: odd"))


class Report(Folder):
    ENTRY = dict(status="fail", why="a | b\nc", seconds=1.25, table="", numbers={})

    def test_every_stage_has_its_line(self):
        report.write(self.folder, "abc", {"device": "GPU 0"}, {"train": self.ENTRY})
        text = (self.folder / "gpu-report.md").read_text()
        self.assertIn("| commit | abc |", text)
        self.assertIn("| 4. the main job | fail | 1.2 | a \\| b c |", text)
        self.assertEqual(text.count("| skipped | - | not asked for |"), 8)
        self.assertNotIn("rehearsal", text)
        record = json.loads((self.folder / "gpu-report.json").read_text())
        self.assertEqual(record["stages"]["train"]["status"], "fail")

    def test_a_rehearsal_says_so_first(self):
        report.write(self.folder, "abc", {}, {}, rehearsal=True)
        self.assertIn("It says nothing about a GPU.", (self.folder / "gpu-report.md").read_text())

    def test_earlier_stages_stay_only_for_the_same_commit_and_device(self):
        report.write(self.folder, "abc", {"device": "GPU 0"}, {"train": self.ENTRY})
        self.assertIn("train", report.load(self.folder, "abc", "GPU 0", False))
        self.assertEqual(report.load(self.folder, "abc", "GPU 0", True), {})
        self.assertEqual(report.load(self.folder, "abd", "GPU 0", False), {})
        self.assertEqual(report.load(self.folder, "abc", "GPU 1", False), {})
        self.assertEqual(report.load(self.folder / "none", "abc", "GPU 0", False), {})
        for unclear in ("unknown", "abc-dirty"):
            report.write(self.folder, unclear, {"device": "GPU 0"}, {"train": self.ENTRY})
            self.assertEqual(report.load(self.folder, unclear, "GPU 0", False), {})


class Sanitizer(unittest.TestCase):
    def test_clean_needs_a_summary_and_tests_that_ran(self):
        self.assertEqual(stage_sanitizer.judge(CLEAN, 0), ("pass", "no errors", 0))
        self.assertEqual(stage_sanitizer.judge("", 0)[0], "fail")
        self.assertEqual(stage_sanitizer.judge("========= ERROR SUMMARY: 0 errors\n", 0)[:2],
                         ("fail", "a clean summary, but no test ran"))

    def test_errors_and_hazards_are_counted(self):
        self.assertEqual(stage_sanitizer.judge(CLEAN.replace("0 errors", "1 error"), 86),
                         ("fail", "1 errors or warnings", 1))
        race = "========= RACECHECK SUMMARY: 3 hazards displayed (2 errors, 1 warning)\n"
        self.assertEqual(stage_sanitizer.judge(race, 86), ("fail", "3 errors or warnings", 3))

    def test_a_failing_test_is_no_pass(self):
        text = "test cases: 3 | 2 passed | 1 failed\n========= ERROR SUMMARY: 0 errors\n"
        self.assertEqual(stage_sanitizer.judge(text, 1), ("fail", "tests failed, exit 1", 0))

    def test_an_unsupported_device_is_skipped_with_its_words(self):
        status, why, _ = stage_sanitizer.judge("========= Error: Device not supported. x\n", 1)
        self.assertEqual((status, why), ("skipped", "Device not supported. x"))
        refused = "========= Error: Device not supported.\n========= ERROR SUMMARY: 1 error\n"
        self.assertEqual(stage_sanitizer.judge(refused, 86)[0], "skipped")

    def test_a_program_that_speaks_of_permissions_is_not_the_tool(self):
        text = "operation not permitted when stream is capturing\n" + CLEAN
        self.assertEqual(stage_sanitizer.judge(text, 0), ("pass", "no errors", 0))


class Speed(unittest.TestCase):
    def test_a_race_without_a_peer_or_a_check_is_no_pass(self):
        ours = {"side": "vgan", "recipe": "article", "precision": "fp32", "batch": 128}
        eager = ours | {"side": "eager"}
        good = dict(cells=[ours, eager], check=[eager], band=[ours])
        self.assertEqual(stage_speed.without_peer(good), [])
        for part in (dict(cells=[ours]), dict(cells=[eager]), dict(check=[]), dict(band=[])):
            self.assertEqual(stage_speed.without_peer(good | part), ["article fp32 batch 128"])
        self.assertEqual(stage_speed.without_peer(good | dict(cells=[])), ["nothing was measured"])

    def test_with_little_time_two_batches(self):
        long, short = (stage_speed.flags(False, seconds) for seconds in (570, 170))
        self.assertNotIn("--batches", long)
        self.assertEqual(short, long + ["--batches", "128", "8192"])
        self.assertNotIn("8192", stage_speed.flags(True, 170))

    def test_every_check_has_its_line(self):
        part = dict(recipe="article", precision="fp32", ok=False)
        lines = stage_speed.check_lines(dict(
            check=[part | dict(side="jax", worst_relative=2e-4)],
            band=[part | dict(loss="G loss", ours=[0.5, 0.75], low=1.0, high=2.0)]))
        self.assertIn("- article fp32 jax: worst relative difference 2.0e-04, TOO LARGE", lines)
        self.assertIn("- article fp32 G loss: vgan 0.5000, 0.7500; band 1.0000 to 2.0000, OUT",
                      lines)


class Nsight(unittest.TestCase):
    def test_the_longest_kernels_with_time_weighted_means(self):
        first, second = stage_ncu.longest(stage_ncu.launches(NCU_CSV))
        self.assertEqual((first["kernel"], first["launches"]), ("sm90_gemm(Params)", 1))
        self.assertAlmostEqual(first["seconds"], 6e-6)
        self.assertAlmostEqual(first["share"], 0.6)
        self.assertAlmostEqual(second[stage_ncu.BYTES], 2e12)
        self.assertAlmostEqual(second[stage_ncu.OCCUPANCY], 60)
        self.assertEqual(second[stage_ncu.TENSOR], 0)  # n/a is left out of the mean
        self.assertIn("| `void vgan::cuda::adam<float>` | 2 | 2.00 | 40% | 2e+03 GB/s |",
                      stage_ncu.row("x", second))

    def test_a_kernel_is_named_before_its_template(self):
        self.assertEqual(stage_ncu.short(
            "void vgan::cuda::<unnamed>::forward_kernel<(vgan::cuda::Arithmetic)0, "
            "vgan::cuda::Tile<(int)64, (int)32>>(vgan::cuda::<unnamed>::Job)"),
            "void vgan::cuda::forward_kernel<0, vgan::cuda::Tile<64, 32>>")
        self.assertEqual(stage_ncu.short("k<" + "long" * 50 + ">(int)"), "k<" + "long" * 24 + "lo")

    def test_both_kinds_of_step_are_profiled(self):
        self.assertIn((128, "fused"), stage_ncu.CELLS)
        self.assertIn((128, "graph"), stage_ncu.CELLS)

    def test_only_the_named_steps_are_profiled_and_so_many_launches(self):
        args = types.SimpleNamespace(binary="vgan_cuda", device="cuda", data="digits")
        words = stage_ncu.command(args, "ncu", 128, "fused", "log", "out")
        flags = dict(zip(words, words[1:]))
        first, last = map(int, flags["--profile-steps"].split(":"))
        self.assertTrue(1 <= first <= last <= int(flags["--epochs"]))
        self.assertEqual(flags["--profile-from-start"], "off")
        self.assertTrue(0 < int(flags["--launch-count"]) <= 1000)
        self.assertLess(words.index("--launch-count"), words.index("vgan_cuda"))

    def test_units_and_absent_values(self):
        self.assertAlmostEqual(stage_ncu.number("1.5", "us"), 1.5e-6)
        self.assertAlmostEqual(stage_ncu.number("2", "Gbyte/second"), 2e9)
        self.assertIsNone(stage_ncu.number("n/a", "%"))
        self.assertEqual(stage_ncu.launches("==ERROR== ERR_NVGPUCTRPERM"), [])
        self.assertTrue(stage_ncu.BLOCKED.search("==ERROR== ERR_NVGPUCTRPERM - no permission"))


class Resume(Folder):
    def run_folder(self, name, value=2.0, samples=b"s"):
        run = self.folder / name
        safetensors(run / "checkpoints" / "epoch-00000009.safetensors",
                    {"g.weight": [1.0, value], "d.bias": [3.0]})
        (run / "samples.npy").write_bytes(samples)
        return run

    def test_what_differs_is_named(self):
        whole = self.run_folder("whole")
        self.assertEqual(stage_resume.difference(whole, self.run_folder("same")), "")
        self.assertEqual(stage_resume.difference(whole, self.run_folder("other", value=2.0000002)),
                         "1 of 2 tensors, first g.weight")
        self.assertEqual(stage_resume.difference(whole, self.run_folder("drawn", samples=b"t")),
                         "samples.npy")
        later = self.run_folder("later")
        (later / "checkpoints" / "epoch-00000009.safetensors").rename(
            later / "checkpoints" / "epoch-00000010.safetensors")
        self.assertIn("epoch-00000010", stage_resume.difference(whole, later))


class Machine(Folder):
    def test_each_library_from_the_first_folder_that_has_it(self):
        one, two = self.folder / "one", self.folder / "two"
        for path in (one / "libcublasLt.so.13", two / "libcublasLt.so.13", two / "libcurand.so.10"):
            path.parent.mkdir(exist_ok=True)
            path.touch()
        with mock.patch.object(machine, "driver_library", lambda: ("", None)):
            self.assertEqual(machine.library_path([str(one), str(two)]), [str(one), str(two)])
            self.assertEqual(machine.library_path([str(two), str(one)]), [str(two)])
            self.assertEqual(machine.library_path(["/nowhere"]), [])

    def test_no_driver_is_said(self):
        with mock.patch.object(machine, "said", lambda *_, **__: ""), \
                mock.patch.object(machine, "driver_library", lambda: ("", None)):
            names, why = machine.find_devices()
        self.assertEqual(names, [])
        self.assertIn("no NVIDIA driver/device found", why)

    def test_a_driver_without_a_device_is_said(self):
        library = mock.Mock(cuInit=lambda flags: 100)
        with mock.patch.object(machine, "said", lambda *_, **__: ""), \
                mock.patch.object(machine, "driver_library", lambda: ("", library)):
            self.assertEqual(
                machine.find_devices(),
                ([], "no NVIDIA driver/device found (cuInit gave 100, 0 devices)"))


class Whole(Check):
    """stages.py from end to end."""

    def test_stages_in_two_parts_make_one_report(self):
        status, said, record = self.check("build,sanitizer")
        self.assertEqual(status, 0, said)
        status, said, record = self.check("ncu")
        self.assertEqual(status, 0, said)
        self.assertEqual({name: entry["status"] for name, entry in record["stages"].items()},
                         dict(build="pass", sanitizer="pass", ncu="pass"))
        self.assertEqual((record["commit"], record["facts"]["driver"]), ("c0ffee", "580.1"))
        self.assertEqual(record["stages"]["ncu"]["clocks"]["clocks.sm"], "1980 MHz")
        self.assertIn("sm90_gemm", (self.out / "gpu-report.md").read_text())

    def test_a_failing_case_fails_the_check_and_is_named(self):
        status, _, record = self.check("tests")
        self.assertEqual(status, 1)
        entry = record["stages"]["tests"]
        self.assertEqual(entry["why"], "1 passed, 1 failed, 1 skipped")
        self.assertIn("- failed: breaks: wrong", entry["table"])
        self.assertIn("- skipped in 1: no data", entry["table"])

    def test_tests_that_see_no_device_fail_where_there_is_one(self):
        script(self.root / "bin" / "vgan_tests",
               VGAN_TESTS.replace("no data", "no CUDA device: x").replace("exit 1", "exit 0"))
        status, _, record = self.check("tests")
        self.assertEqual(status, 1)
        self.assertIn("a device is here", record["stages"]["tests"]["why"])

    def test_a_build_that_cannot_use_the_device_stops_the_rest(self):
        script(self.root / "bin" / "vgan_cuda", VGAN.replace("usable", "not usable"))
        status, _, record = self.check("sanitizer")
        self.assertEqual(status, 1)
        self.assertIn("not usable: a fake", record["stages"]["build"]["why"])
        self.assertEqual(record["stages"]["sanitizer"]["why"], "there is no build")

    def test_without_a_device_every_stage_is_skipped_and_the_exit_is_69(self):
        why = "no NVIDIA driver/device found (a test)"
        script(self.root / "bin" / "vgan_cuda", VGAN.replace("usable", "not usable"))
        with mock.patch.object(machine, "find_devices", lambda: ([], why)):
            status, said, record = self.check("build,tests,ncu", tools=False)
        self.assertEqual(status, stages.NO_DEVICE, said)
        self.assertIn(why, said)
        self.assertEqual(record["stages"]["build"]["why"], "unpacked bundle, starts here")
        self.assertEqual({record["stages"][name]["status"] for name in ("tests", "ncu")},
                         {"skipped"})

    def test_no_time_left_is_said(self):
        with mock.patch.object(stages, "TOTAL", 4):
            _, _, record = self.check("ncu")
        self.assertEqual(record["stages"]["build"]["why"], "no time left of 4 s")

    def test_a_program_that_is_missing_is_no_build(self):
        (self.root / "bin" / "vgan_bench").unlink()
        status, _, record = self.check("bench")
        self.assertEqual(status, 1)
        self.assertIn("lacks vgan_bench", record["stages"]["build"]["why"])
        self.assertEqual(record["stages"]["bench"]["why"], "there is no build")

    def test_the_last_that_can_takes_what_later_stages_leave(self):
        self.assertEqual(stages.budget_of("bench", ["bench", "ncu"], 500),
                         500 - stages.BUDGET["ncu"])
        self.assertEqual(stages.budget_of("bench", ["bench", "speed"], 500),
                         stages.BUDGET["bench"])
        self.assertEqual(stages.budget_of("speed", ["bench", "speed"], 400), 400)
        self.assertEqual(stages.budget_of("speed", ["speed"], 570), 570)
        self.assertEqual(stages.budget_of("speed", ["speed", "ncu"], 500),
                         500 - stages.BUDGET["ncu"])
        self.assertEqual(stages.budget_of("speed", list(stages.BUDGET), 100), 100)
        self.assertEqual(stages.budget_of("ncu", ["ncu"], 500), stages.BUDGET["ncu"])

    def test_an_unknown_stage_is_a_usage_error(self):
        with self.assertRaises(SystemExit) as raised:
            self.check("speeed")
        self.assertEqual(raised.exception.code, 2)

    def test_the_budgets_fit_the_total_when_nothing_is_built_there(self):
        spent = sum(seconds for name, seconds in stages.BUDGET.items() if name != "build")
        self.assertLessEqual(spent + stages.UNPACKING, stages.TOTAL)
        self.assertLess(stages.TOTAL, 600)
        self.assertEqual(set(stages.BUDGET), set(report.TITLE))


class Build(Folder):
    def test_something_that_is_no_bundle(self):
        self.assertIsNone(build.bundle_facts(pathlib.Path("/nowhere.tar.gz")))
        self.assertIsNone(build.bundle_facts(self.folder))

    @unittest.skipUnless(shutil.which("cmake"), "cmake is not installed")
    def test_headers_that_are_missing_are_named(self):
        (self.folder / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.22)\nproject(x LANGUAGES NONE)\n"
            'message(FATAL_ERROR "vgan needs libraries that were not found:\n  CLI11")\n')
        with contextlib.redirect_stdout(io.StringIO()), self.assertRaises(RuntimeError) as raised:
            build.from_source(str(self.folder), "cpu")
        self.assertRegex(str(raised.exception), "not found: CLI11.*carry a bundle: --bundle")


if __name__ == "__main__":
    unittest.main()
