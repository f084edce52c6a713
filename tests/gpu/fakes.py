"""What the tests of these scripts use in place of a device, tools and this project's programs."""

import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

import stages

NCU_CSV = '''==PROF== Connected to process 7 (/x/bin/vgan_cuda)
"ID","Process ID","Kernel Name","Grid Size","dram__bytes.sum.per_second","dram__throughput.avg.pct_of_peak_sustained_elapsed","gpu__time_duration.sum","sm__pipe_tensor_cycles_active.avg.pct_of_peak_sustained_active","sm__warps_active.avg.pct_of_peak_sustained_active"
"","","","","byte/s","%","ns","%","%"
"0","7","void vgan::cuda::adam<float>(float *, int)","(64, 1, 1)","3,000,000,000,000","60","2,000","0","80"
"1","7","sm90_gemm(Params)","(8, 1, 1)","1000000000","10","6000","50","20"
"2","7","void vgan::cuda::adam<float>(float *, int)","(64, 1, 1)","1,000,000,000,000","20","2,000","n/a","40"
'''

CLEAN = "All tests passed (12 assertions in 3 test cases)\n========= ERROR SUMMARY: 0 errors\n"

FAKES = {
    "nvidia-smi": '''case "$*" in
  -L) echo "GPU 0: NVIDIA Fake (UUID: GPU-1)" ;;
  *driver_version*) echo "580.1, 1000 MiB, 9.0, 700.00 W" ;;
  *) echo "1980 MHz, 3201 MHz, 1980 MHz, 3201 MHz, 40, 100.00 W" ;;
esac''',
    "compute-sanitizer": '''case "$2" in
  --version | "") echo "Version 1" ;;
  racecheck) echo "All tests passed (12 assertions in 3 test cases)"
    echo "========= RACECHECK SUMMARY: 0 hazards displayed (0 errors, 0 warnings)" ;;
  *) echo "All tests passed (12 assertions in 3 test cases)"
    echo "========= ERROR SUMMARY: 0 errors" ;;
esac''',
    "ncu": 'while [ "$1" != --log-file ]; do shift; done; cp "$FAKE_CSV" "$2"',
}
VGAN = '''echo "  cuda:0       usable: a fake"'''
VGAN_TESTS = '''case "$*" in
  "* --list-test-names-only") printf 'adds [one]\\nskips\\nbreaks\\n' ;;
  *--list-test-names-only) ;;
  adds*) echo "All tests passed (1 assertion in 1 test case)" ;;
  skips*) printf 'test cases: 1 | 1 passed\\nassertions: - none -\\n\\nSKIPPED t.cpp:1: no data\\n' ;;
  *) echo "wrong"; exit 1 ;;
esac'''

# Notes its command lines in a .log beside it; fails on what is in .fails, sleeps as .slow says.
VGAN_BENCH = '''echo "$*" >> "$0.log"
if [ -e "$0.slow" ]; then sleep "$(cat "$0.slow")"; fi
if [ -e "$0.fails" ]; then case "$*" in
  *"$(cat "$0.fails")"*) printf 'before\\nvgan_bench: the reason\\n' >&2; exit 70 ;;
esac; fi
command=$1
while [ $# -gt 1 ]; do
  case $1 in --precision) precision=$2 ;; --batch) batch=$2 ;; --step) step=$2 ;; esac
  shift
done
ms=0.08
if [ "$step" = graph ]; then [ "$batch" -le 512 ] && ms=0.084 || ms=0.05; fi
spread() { echo "{\\"median\\": $1, \\"least\\": 0.01, \\"most\\": 1e9}"; }
if [ "$command" = step ]; then
  echo "{\\"precision\\": \\"$precision\\", \\"batch\\": $batch, \\"step\\": \\"$step: as asked for\\",
    \\"gflop_per_epoch\\": 2, \\"steps\\": 16, \\"warm_up\\": 16, \\"runs\\": [{
      \\"ms_per_epoch\\": $(spread $ms), \\"gflop_per_second\\": 410500}]}"
else
  echo "{\\"precision\\": \\"$precision\\", \\"latent\\": 1, \\"g_layers\\": [4],
    \\"samples_per_second\\": {\\"computed\\": $(spread 160e6), \\"delivered\\": $(spread 20e6),
      \\"written\\": $(spread 10e6), \\"products_alone\\": $(spread 200e6)}}"
fi'''


def script(path, body):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + body + "\n")
    path.chmod(0o755)


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class Check(Folder):
    """stages.py from end to end: an unpacked bundle of scripts, tools of the PATH replaced."""

    def setUp(self):
        super().setUp()
        self.root, self.out = self.folder / "root", self.folder / "out"
        script(self.root / "bin" / "vgan_cuda", VGAN)
        script(self.root / "bin" / "vgan_tests", VGAN_TESTS)
        script(self.root / "bin" / "vgan_bench", VGAN_BENCH)
        (self.root / "bundle.json").write_text('{"commit": "c0ffee", "architectures": "90a-real"}')
        for name, body in FAKES.items():
            script(self.folder / "path" / name, body)
        (self.folder / "ncu.csv").write_text(NCU_CSV)

    def check(self, names, *flags, tools=True):
        environment = dict(os.environ, FAKE_CSV=str(self.folder / "ncu.csv"))
        if tools:
            environment["PATH"] = f"{self.folder / 'path'}:{environment['PATH']}"
        argv = ["stages.py", "--root", str(self.root), "--out", str(self.out), "--stages", names,
                *flags]
        said = io.StringIO()
        with mock.patch.dict(os.environ, environment), mock.patch.object(sys, "argv", argv), \
                contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = stages.main()
        return status, said.getvalue(), json.loads((self.out / "gpu-report.json").read_text())
