"""Tests of kernel_resources.py with what cuobjdump would print of planted kernels:
python3 tests/kernels/cuda/test_kernel_resources.py"""

import contextlib
import io
import os
import pathlib
import stat
import sys
import tempfile
import unittest
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import kernel_resources  # noqa: E402

USAGE = """Fatbin elf code:
================
arch = sm_{architecture}

Resource usage:
 Common:
  GLOBAL:0
 Function _Z4vganv:
  REG:{registers} STACK:{stack} SHARED:{shared} LOCAL:{local} CONSTANT[0]:360 TEXTURE:0 SURFACE:0
"""
ELF = """arch = sm_{architecture}
.nv.info
\t<0x1>
\tAttribute:\tEIATTR_REGCOUNT
\tFormat:\tEIFMT_SVAL
\tValue:\tfunction: _Z4vganv(0x1)\tregister count: 32
.nv.info._Z4vganv
\t<0x9>
\tAttribute:\tEIATTR_MAX_THREADS
\tFormat:\tEIFMT_SVAL
\tValue:\t{bound} 0x1 0x1
"""
SOUND = {"architecture": "80", "registers": 32, "stack": 0, "shared": 1024, "local": 0,
         "bound": "0x100"}


def judged(may_spill=(), bounded=True, **changes):
    values = SOUND | changes
    kernels = kernel_resources.read_usage(USAGE.format(**values).splitlines())
    if bounded:
        kernel_resources.read_bounds(ELF.format(**values).splitlines(), kernels)
    return kernel_resources.judge(kernels.values(), list(may_spill))


class Judged(unittest.TestCase):
    def require_fault(self, part, **changes):
        lines = judged(**changes)
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(part, lines[0])

    def test_a_sound_kernel_has_no_fault(self):
        self.assertEqual(judged(), [])

    def test_a_kernel_without_a_bound_is_a_fault(self):
        self.require_fault("no __launch_bounds__", bounded=False)

    def test_a_bound_is_that_of_its_own_architecture(self):
        kernels = kernel_resources.read_usage(USAGE.format(**SOUND).splitlines())
        other = ELF.format(**SOUND | {"architecture": "90"})
        kernel_resources.read_bounds(other.splitlines(), kernels)
        self.assertIn("no __launch_bounds__", kernel_resources.judge(kernels.values(), [])[0])

    def test_registers_are_granted_in_eights_to_whole_warps(self):
        self.assertEqual(judged(registers=64, bound="0x400"), [])
        self.require_fault("72 registers for each of 1024 threads", registers=65, bound="0x400")
        self.assertEqual(judged(registers=128, bound="0x200"), [])
        self.require_fault("544 threads", registers=128, bound="0x201")

    def test_static_shared_memory_has_a_limit_beside_what_the_system_takes(self):
        self.assertEqual(judged(shared=49152), [])
        self.require_fault("49156 bytes of static shared memory", shared=49156)
        self.assertEqual(judged(architecture="90a", shared=50176), [])
        self.require_fault("49156 bytes", architecture="90a", shared=50180)

    def test_spills_are_faults_where_they_are_not_allowed(self):
        self.require_fault("16 bytes of memory for each thread", stack=16)
        self.require_fault("8 bytes of memory for each thread", local=8)
        self.assertEqual(judged([("vgan", 16, "a reason")], stack=16), [])
        self.require_fault("allowed 16", may_spill=[("vgan", 16, "a reason")], stack=24)


class Run(unittest.TestCase):
    def run_with(self, usage, elf):
        with tempfile.TemporaryDirectory() as folder:
            fake = pathlib.Path(folder) / "cuobjdump"
            fake.write_text(f"#!/bin/sh\nif [ $1 = --dump-elf ]; then cat <<'END'\n{elf}\nEND\n"
                            f"else cat <<'END'\n{usage}\nEND\nfi\n")
            fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
            said = io.StringIO()
            with mock.patch.dict(os.environ, {"CUOBJDUMP": str(fake)}), \
                    contextlib.redirect_stdout(said):
                return kernel_resources.main(["a library"]), said.getvalue()

    def test_the_exit_status_says_whether_all_fit(self):
        status, said = self.run_with(USAGE.format(**SOUND), ELF.format(**SOUND))
        self.assertEqual((status, "1 kernels, 0 faults" in said), (0, True), said)
        wrong = SOUND | {"registers": 255, "bound": "0x200"}
        status, said = self.run_with(USAGE.format(**wrong), ELF.format(**wrong))
        self.assertEqual((status, "sm_80 _Z4vganv: 256 registers" in said), (1, True), said)

    def test_a_library_without_kernels_fails(self):
        status, said = self.run_with("", "")
        self.assertEqual((status, "no kernel of this project" in said), (1, True), said)

    def test_without_cuobjdump_it_is_skipped_and_says_why(self):
        said = io.StringIO()
        with mock.patch.dict(os.environ, {"CUOBJDUMP": "", "PATH": ""}), \
                mock.patch.object(sys, "path", []), contextlib.redirect_stdout(said):
            self.assertEqual(kernel_resources.main(["a library"]), 77)
        self.assertIn("SKIPPED kernel resources: no cuobjdump", said.getvalue())


if __name__ == "__main__":
    unittest.main()
