"""The JAX peer of compare_cuda.py, in a process of its own: the step inside jit(lax.scan), state
donated, the hardware-friendly random generator, the faster of two unroll factors."""

import time

import numpy as np

import plain_step

CHUNK = 20  # steps of one call
PRECISIONS = {"fp32": "float32", "tf32": "tensorfloat32", "bf16": "float32"}


class JaxPeer:
    def __init__(self, args):
        import jax
        import jax.numpy as jnp

        self.jax, self.jnp = jax, jnp
        self.versions = {"jax": jax.__version__}
        jax.config.update("jax_platforms", args.device)
        jax.config.update("jax_default_matmul_precision", PRECISIONS[args.precision])
        self.dtype = jnp.bfloat16 if args.precision == "bf16" else jnp.float32
        self.batch = args.batch
        self.images = jnp.asarray(np.load(args.images))  # u8 [N, 784]
        *self.start, indices, noise = plain_step.read_script(args.script)
        self.script = None if indices is None else (jnp.asarray(indices), jnp.asarray(noise))
        self.run_chunk = self.fastest([self.compiled(CHUNK, unroll) for unroll in (1, 5)])
        self.state = self.fresh()

    def fresh(self):
        nets = [[self.jnp.array(p) for p in net] for net in self.start]
        zeros = lambda: [[self.jnp.zeros_like(p) for p in net] for net in nets]
        return dict(nets=nets, m=zeros(), v=zeros(), t=self.jnp.zeros((), "int32"),
                    key=self.jax.random.key(1, impl="rbg"))

    def dense(self, net, x):
        net = [p.astype(self.dtype) for p in net]
        for k in range(0, len(net) - 2, 2):
            x = x @ net[k].T + net[k + 1]
            x = self.jnp.where(x > 0, x, self.dtype(plain_step.SLOPE) * x)
        return x @ net[-2].T + net[-1]

    def draw(self, state):
        random = self.jax.random
        if self.script:
            at = state["t"] % len(self.script[0])
            return state["key"], self.images[self.script[0][at]], self.script[1][at]
        key, for_batch, for_noise = random.split(state["key"], 3)
        indices = random.randint(for_batch, (self.batch,), 0, len(self.images))
        return key, self.images[indices], random.normal(
            for_noise, (self.batch, plain_step.G_WIDTHS[0]))

    def adam(self, state, which, gradients, t):
        """(weights, m, v) of one network after its update."""
        root, power = self.jnp.sqrt, t.astype(self.jnp.float32)
        first = 1 - plain_step.BETA1**power
        second = root(1 - plain_step.BETA2**power)
        updated = [], [], []
        for p, m, v, gradient in zip(*(state[part][which] for part in ("nets", "m", "v")),
                                     gradients):
            m = plain_step.BETA1 * m + (1 - plain_step.BETA1) * gradient
            v = plain_step.BETA2 * v + (1 - plain_step.BETA2) * gradient * gradient
            p = p - plain_step.RATE / first * m / (root(v) / second + plain_step.EPSILON)
            for part, value in zip(updated, (p, m, v)):
                part.append(value)
        return updated

    def step(self, state, _):
        jax, f32 = self.jax, self.jnp.float32
        softplus = jax.nn.softplus
        g, d = state["nets"]
        key, pixels, z = self.draw(state)
        real = (pixels.astype(f32) / 127.5 - 1).astype(self.dtype)
        fake, back_to_g = jax.vjp(
            lambda net: self.jnp.tanh(self.dense(net, z.astype(self.dtype))), g)

        def d_loss_of(net):
            logits = self.dense(net, self.jnp.concatenate([real, fake])).astype(f32)
            return softplus(-logits[:self.batch]).mean() + softplus(logits[self.batch:]).mean()

        t = state["t"] + 1
        d_loss, d_gradients = jax.value_and_grad(d_loss_of)(d)
        new_d = self.adam(state, 1, d_gradients, t)
        g_loss, to_fake = jax.value_and_grad(
            lambda x: softplus(-self.dense(new_d[0], x).astype(f32)).mean())(fake)
        new_g = self.adam(state, 0, back_to_g(to_fake)[0], t)
        nets, m, v = ([of_g, of_d] for of_g, of_d in zip(new_g, new_d))
        return dict(nets=nets, m=m, v=v, t=t, key=key), (d_loss, g_loss)

    def compiled(self, steps, unroll):
        scan = lambda state: self.jax.lax.scan(self.step, state, length=steps, unroll=unroll)
        return self.jax.jit(scan, donate_argnums=0)

    def timed(self, chunk, state, calls):
        self.jax.block_until_ready(state)
        start = time.perf_counter()
        for _ in range(calls):
            state, losses = chunk(state)
        self.jax.block_until_ready((state, losses))
        return time.perf_counter() - start, state

    def fastest(self, chunks):
        seconds = []
        for chunk in chunks:
            _, state = self.timed(chunk, self.fresh(), 1)
            seconds.append(self.timed(chunk, state, 2)[0])
        return chunks[seconds.index(min(seconds))]

    def run(self, count):
        """Whole chunks, at least `count` steps; the seconds of `count`."""
        calls = -(-count // CHUNK)
        seconds, self.state = self.timed(self.run_chunk, self.state, calls)
        return seconds * count / (calls * CHUNK)

    def losses(self, count):
        d_losses, g_losses = self.compiled(count, 1)(self.fresh())[1]
        return [[float(d), float(g)] for d, g in zip(d_losses, g_losses)]


if __name__ == "__main__":
    plain_step.peer_main(__doc__, JaxPeer)
