"""One PyTorch peer of compare_cuda.py, in a process of its own. Sides:

  eager          fused Adam (capturable on a GPU), no value read by the host
  compile        the same with torch.compile(mode="reduce-overhead"): CUDA graphs of its own
  compile-max    the same with mode="max-autotune"
  graph          the eager step captured by hand in one torch.cuda.CUDAGraph
  graph-compile  torch.compile's default mode captured by hand
  graph-max      mode="max-autotune-no-cudagraphs" captured by hand

D sees [real; fake] in one pass, the fakes are drawn once, D's weights get no gradient in G's step,
and in bf16 activations stay bf16 between layers. Draws are made on the device.
"""

import time

import numpy as np
import torch
from torch.nn import functional as F

import plain_step
from compare_cpu import forward

MODES = {"compile": "reduce-overhead", "compile-max": "max-autotune", "graph-compile": "default",
         "graph-max": "max-autotune-no-cudagraphs"}
WARM_UP = 12


class TorchPeer:
    versions = {"torch": torch.__version__, "torch_cuda": torch.version.cuda}

    def __init__(self, args):
        self.device = torch.device(args.device)
        self.on_gpu = self.device.type == "cuda"
        self.batch, self.bf16 = args.batch, args.precision == "bf16"
        torch.backends.cuda.matmul.allow_tf32 = args.precision == "tf32"
        torch.backends.cudnn.allow_tf32 = args.precision == "tf32"
        torch.manual_seed(1)
        self.images = torch.from_numpy(np.load(args.images)).to(self.device)  # u8 [N, 784]

        *self.start, indices, noise = plain_step.read_script(args.script)
        self.g, self.d = ([torch.from_numpy(p).to(self.device, copy=True).requires_grad_()
                           for p in net] for net in self.start)
        self.frozen_d = [p.detach() for p in self.d]  # the same memory, asking for no gradient
        self.script = None
        if indices is not None:
            self.script = torch.from_numpy(indices).to(self.device), torch.from_numpy(
                noise).to(self.device)
        self.at = torch.zeros(1, dtype=torch.int64, device=self.device)
        self.adam_g, self.adam_d = (
            torch.optim.Adam(net, plain_step.RATE, (plain_step.BETA1, plain_step.BETA2),
                             plain_step.EPSILON, fused=True, capturable=self.on_gpu)
            for net in (self.g, self.d))
        self.ones = torch.ones(self.batch, 1, device=self.device)
        self.zeros = torch.zeros(self.batch, 1, device=self.device)

        self.marks_steps = args.side in ("compile", "compile-max") and self.on_gpu
        if args.side in MODES:
            for p in self.g + self.d + self.frozen_d:
                torch._dynamo.mark_static_address(p)  # weights are not copied at each replay
            wrap = lambda function: torch.compile(function, mode=MODES[args.side])
            self.draw, self.fake_of, self.d_loss, self.g_loss = map(
                wrap, (self.draw, self.fake_of, self.d_loss, self.g_loss))
        self.replay = None
        if args.side.startswith("graph"):
            self.capture()
        else:
            self.repeat(WARM_UP)
        self.reset()

    def autocast(self):
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16,
                              cache_enabled=False)

    def draw(self):
        if self.script:
            indices = self.script[0].index_select(0, self.at)[0].long()
            z = self.script[1].index_select(0, self.at)[0]
        else:
            indices = torch.randint(len(self.images), (self.batch,), device=self.device)
            z = torch.randn(self.batch, plain_step.G_WIDTHS[0], device=self.device)
        real = self.images[indices].float() / 127.5 - 1
        return (real.bfloat16(), z.bfloat16()) if self.bf16 else (real, z)

    def fake_of(self, z):
        with self.autocast():
            return torch.tanh(forward(self.g, z)[0])

    def d_loss(self, real, fake):
        with self.autocast():
            logits = forward(self.d, torch.cat([real, fake]))[0].float()
        return (F.binary_cross_entropy_with_logits(logits[:self.batch], self.ones)
                + F.binary_cross_entropy_with_logits(logits[self.batch:], self.zeros))

    def g_loss(self, fake):
        with self.autocast():
            logits = forward(self.frozen_d, fake)[0].float()
        return F.binary_cross_entropy_with_logits(logits, self.ones)

    def step(self):
        if self.marks_steps:
            torch.compiler.cudagraph_mark_step_begin()
        real, z = self.draw()
        fake = self.fake_of(z)
        d_loss = self.d_loss(real, fake.detach())
        self.adam_d.zero_grad()
        d_loss.backward()
        self.adam_d.step()
        g_loss = self.g_loss(fake)
        self.adam_g.zero_grad()
        g_loss.backward()
        self.adam_g.step()
        if self.script:
            self.at += 1
            self.at %= len(self.script[0])
        return d_loss.detach(), g_loss.detach()

    def capture(self):
        if not self.on_gpu:
            raise RuntimeError("a CUDA graph needs a CUDA device")
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            self.repeat(WARM_UP)
        torch.cuda.current_stream().wait_stream(side)
        self.adam_g.zero_grad()
        self.adam_d.zero_grad()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            losses = self.step()

        def replay():
            graph.replay()
            return losses

        self.replay = replay
        self.repeat(WARM_UP)
        torch.cuda.empty_cache()  # many peers share the device

    def reset(self):
        """Back to the start, in place: a captured graph holds the addresses."""
        with torch.no_grad():
            for net, adam, start in zip((self.g, self.d), (self.adam_g, self.adam_d), self.start):
                for p, value in zip(net, start):
                    p.copy_(torch.from_numpy(value))
                    for moment in adam.state[p].values():
                        moment.zero_()
            self.at.zero_()
        self.wait()

    def wait(self):
        if self.on_gpu:
            torch.cuda.synchronize()

    def repeat(self, count):
        for _ in range(count):
            (self.replay or self.step)()

    def run(self, count):
        self.wait()
        start = time.perf_counter()
        self.repeat(count)
        self.wait()
        return time.perf_counter() - start

    def losses(self, count):
        self.reset()
        return [[float(loss) for loss in (self.replay or self.step)()] for _ in range(count)]


if __name__ == "__main__":
    plain_step.peer_main(__doc__, TorchPeer)
