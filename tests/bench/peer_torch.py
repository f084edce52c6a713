"""One PyTorch peer of compare.py, in a process of its own. Sides:

  eager          Adam fused (capturable on a GPU), no value read by the host
  compile        the same with torch.compile; on a GPU mode="reduce-overhead": its own CUDA graphs
  compile-max    the same with mode="max-autotune"
  graph          the eager step captured by hand in torch.cuda.CUDAGraph
  graph-compile  torch.compile's default mode captured by hand
  graph-max      mode="max-autotune-no-cudagraphs" captured by hand

D sees [real; fake] in one pass, the fakes are drawn once, D's weights get no gradient in G's step,
and in bf16 activations stay bf16 between layers. R1's input gradient is written out, in fp32, on the
masks of the pass that the loss has made: one more backward pass instead of autograd's double one.
The average of G is one foreach call. Draws are made on the device. On a CPU the images are floats,
normalised before the first step, denormals are flushed, and Adam is the faster of fused and foreach.
"""

import time

import torch
from torch.nn import functional as F

import recipe

MODES = {"compile": "reduce-overhead", "compile-max": "max-autotune", "graph-compile": "default",
         "graph-max": "max-autotune-no-cudagraphs"}
WARM_UP = 12  # steps before a capture


def forward(net, x):
    """The last layer's linear output and the hidden layers' activations."""
    hidden = []
    for k in range(0, len(net) - 2, 2):
        x = F.leaky_relu(F.linear(x, net[k], net[k + 1]), recipe.SLOPE)
        hidden.append(x)
    return F.linear(x, net[-2], net[-1]), hidden


def input_gradient(net, hidden):
    """grad_x of the logit, [batch, in]: the weights' chain through LeakyReLU's slopes."""
    u = net[-2]
    for k, h in zip(range(len(net) - 4, -1, -2), reversed(hidden)):
        u = torch.where(h > 0, u, recipe.SLOPE * u) @ net[k]
    return u


class TorchPeer:
    versions = {"torch": torch.__version__, "torch_cuda": torch.version.cuda}

    def __init__(self, args):
        self.args, self.recipe, self.batch = args, args.recipe, args.batch
        self.device = torch.device(args.device)
        self.on_gpu, self.bf16 = self.device.type == "cuda", args.precision == "bf16"
        torch.backends.cuda.matmul.allow_tf32 = args.precision == "tf32"
        torch.backends.cudnn.allow_tf32 = args.precision == "tf32"
        if not self.on_gpu:
            torch.set_num_threads(args.threads)
            torch.set_flush_denormal(True)
        images = torch.from_numpy(recipe.read_images(args.images)).to(self.device)
        self.images = images if self.on_gpu else self.normalised(images)
        script = recipe.read_script(args.script)
        self.script = script and tuple(torch.from_numpy(part).to(self.device) for part in script)
        self.at = torch.zeros(1, dtype=torch.int64, device=self.device)
        self.ones = torch.ones(self.batch, 1, device=self.device)
        self.zeros = torch.zeros(self.batch, 1, device=self.device)
        self.marks_steps, self.replays, self.steps = False, None, 0
        self.g, self.d = ([torch.from_numpy(p).to(self.device).requires_grad_() for p in net]
                          for net in recipe.start(1))
        self.frozen_d = [p.detach() for p in self.d]  # the same memory, asking for no gradient
        self.average = [p.detach().clone() for p in self.g]
        self.make_adam(dict(fused=True, capturable=True) if self.on_gpu else self.faster_adam())
        self.prepare()
        self.reset(1)

    def normalised(self, pixels):
        return pixels.float() / 127.5 - 1

    def make_adam(self, how):
        self.adam_g, self.adam_d = (
            torch.optim.Adam(net, self.recipe[rate], (recipe.BETA1, recipe.BETA2), recipe.EPSILON,
                             **how) for net, rate in ((self.g, "lr_g"), (self.d, "lr_d")))

    def faster_adam(self):
        seconds = {}
        for name in ("fused", "foreach"):
            self.make_adam({name: True})
            self.repeat(4)
            seconds[name] = min(self.run(4) for _ in range(5))
        return {min(seconds, key=seconds.get): True}

    def prepare(self):
        side = self.args.side
        self.marks_steps = side in ("compile", "compile-max") and self.on_gpu
        if side in MODES:
            for p in self.g + self.d + self.frozen_d:
                torch._dynamo.mark_static_address(p)  # weights are not copied at each replay
            wrap = lambda function: torch.compile(
                function, mode=MODES[side] if self.on_gpu else "default")
            self.draw, self.fake_of, self.d_loss, self.g_loss = map(
                wrap, (self.draw, self.fake_of, self.d_loss, self.g_loss))
        if side.startswith("graph"):
            self.capture()
        else:
            self.repeat(WARM_UP)

    def autocast(self):
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16,
                              cache_enabled=False)

    def draw(self):
        if self.script:
            indices = self.script[0].index_select(0, self.at)[0].long()
            z = self.script[1].index_select(0, self.at)[0]
        else:
            indices = torch.randint(len(self.images), (self.batch,), device=self.device)
            z = torch.randn(self.batch, recipe.LATENT, device=self.device)
        real = self.images[indices]
        real = self.normalised(real) if self.on_gpu else real
        return (real.bfloat16(), z.bfloat16()) if self.bf16 else (real, z)

    def fake_of(self, z):
        with self.autocast():
            fake = forward(self.g, z)[0]
            return torch.tanh(fake) if self.recipe["output"] == "tanh" else fake

    def d_loss(self, real, fake, penalised):
        """(what is minimised, the loss without R1, R1)."""
        with self.autocast():
            logits, hidden = forward(self.d, torch.cat([real, fake]))
        logits, n = logits.float(), self.batch
        loss = (F.binary_cross_entropy_with_logits(logits[:n], self.ones)
                + F.binary_cross_entropy_with_logits(logits[n:], self.zeros))
        if not penalised:
            return loss, loss, self.zeros[0]
        slope = input_gradient(self.d, [h[:n] for h in hidden])
        r1 = self.recipe["r1"] / 2 * slope.square().sum(1).mean()
        return loss + self.recipe["r1_every"] * r1, loss, r1

    def g_loss(self, fake):
        with self.autocast():
            logits = forward(self.frozen_d, fake)[0].float()
        return F.binary_cross_entropy_with_logits(logits, self.ones)

    def step(self, penalised):
        if self.marks_steps:
            torch.compiler.cudagraph_mark_step_begin()
        real, z = self.draw()
        fake = self.fake_of(z)
        objective, d_loss, r1 = self.d_loss(real, fake.detach(), penalised)
        self.adam_d.zero_grad()
        objective.backward()
        self.adam_d.step()
        g_loss = self.g_loss(fake)
        self.adam_g.zero_grad()
        g_loss.backward()
        self.adam_g.step()
        if self.recipe["ema"]:
            torch._foreach_lerp_(self.average, [p.detach() for p in self.g],
                                 1 - self.recipe["ema"])
        if self.script:
            self.at += 1
            self.at %= len(self.script[0])
        return d_loss.detach(), g_loss.detach(), r1.detach()

    def next_step(self):
        penalised = self.recipe["r1"] > 0 and self.steps % self.recipe["r1_every"] == 0
        self.steps += 1
        return self.replays[penalised]() if self.replays else self.step(penalised)

    def capture(self):
        """One graph for each kind of step, over the same memory."""
        if not self.on_gpu:
            raise RuntimeError("a CUDA graph needs a CUDA device")
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            self.repeat(WARM_UP)
        torch.cuda.current_stream().wait_stream(side)
        replays = {}
        for penalised in [False, True] if self.recipe["r1"] else [False]:
            self.adam_g.zero_grad()
            self.adam_d.zero_grad()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                losses = self.step(penalised)
            replays[penalised] = lambda graph=graph, losses=losses: (graph.replay(), losses)[1]
        self.replays = replays
        self.repeat(WARM_UP)
        torch.cuda.empty_cache()  # many peers share the device

    def reset(self, seed):
        """To the start of a seed, in place: a captured graph holds the addresses."""
        torch.manual_seed(seed)
        with torch.no_grad():
            for net, adam, values in zip((self.g, self.d), (self.adam_g, self.adam_d),
                                         recipe.start(seed)):
                for p, value in zip(net, values):
                    p.copy_(torch.from_numpy(value))
                    for moment in adam.state[p].values():
                        moment.zero_()
            self.at.zero_()
        self.steps = 0
        self.wait()

    def wait(self):
        if self.on_gpu:
            torch.cuda.synchronize()

    def repeat(self, count):
        for _ in range(count):
            self.next_step()

    def run(self, count):
        self.wait()
        start = time.perf_counter()
        self.repeat(count)
        self.wait()
        return time.perf_counter() - start

    def losses(self, count, seed):
        self.reset(seed)
        return [[float(loss) for loss in self.next_step()] for _ in range(count)]


if __name__ == "__main__":
    recipe.peer_main(__doc__, TorchPeer)
