"""The JAX peer of compare.py, in a process of its own: the step inside jit(lax.scan), state donated,
the hardware-friendly random generator, the faster of two unroll factors. The scan's body is a whole
period of lazy R1, so that nothing is decided while it runs; R1's input gradient is written out on
the masks of the loss's pass, in fp32."""

import os
import time

import recipe

CHUNK = 20  # steps of one call, a multiple of every r1_every
PRECISIONS = {"fp32": "float32", "tf32": "tensorfloat32", "bf16": "float32"}


class JaxPeer:
    def __init__(self, args):
        if args.device == "cpu":  # XLA takes as many threads as it may use processors
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:args.threads])
        import jax
        import jax.numpy as jnp

        self.jax, self.jnp, self.recipe = jax, jnp, args.recipe
        self.versions = {"jax": jax.__version__}
        jax.config.update("jax_platforms", args.device)
        jax.config.update("jax_default_matmul_precision", PRECISIONS[args.precision])
        self.dtype = jnp.bfloat16 if args.precision == "bf16" else jnp.float32
        self.batch = args.batch
        self.images = jnp.asarray(recipe.read_images(args.images))  # u8 [N, 784]
        script = recipe.read_script(args.script)
        self.script = script and tuple(map(jnp.asarray, script))
        self.run_chunk = self.fastest([self.compiled(CHUNK, unroll) for unroll in (1, 5)])
        self.state = self.fresh(1)

    def fresh(self, seed):
        nets = [[self.jnp.array(p) for p in net] for net in recipe.start(seed)]
        zeros = lambda: [[self.jnp.zeros_like(p) for p in net] for net in nets]
        average = [self.jnp.array(p) for p in nets[0]] if self.recipe["ema"] else []
        return dict(nets=nets, m=zeros(), v=zeros(), average=average,
                    t=self.jnp.zeros((), "int32"), key=self.jax.random.key(seed, impl="rbg"))

    def dense(self, net, x):
        """The last layer's linear output and the hidden layers' activations."""
        net, hidden = [p.astype(self.dtype) for p in net], []
        for k in range(0, len(net) - 2, 2):
            x = x @ net[k].T + net[k + 1]
            x = self.jnp.where(x > 0, x, self.dtype(recipe.SLOPE) * x)
            hidden.append(x)
        return x @ net[-2].T + net[-1], hidden

    def input_gradient(self, net, hidden):
        """grad_x of the logit, [batch, in]."""
        u = net[-2]
        for k, h in zip(range(len(net) - 4, -1, -2), reversed(hidden)):
            masked = self.jnp.where(h > 0, u, recipe.SLOPE * u)
            u = self.jnp.matmul(masked, net[k], precision="highest")
        return u

    def draw(self, state):
        random = self.jax.random
        if self.script:
            at = state["t"] % len(self.script[0])
            return state["key"], self.images[self.script[0][at]], self.script[1][at]
        key, for_batch, for_noise = random.split(state["key"], 3)
        indices = random.randint(for_batch, (self.batch,), 0, len(self.images))
        return key, self.images[indices], random.normal(for_noise, (self.batch, recipe.LATENT))

    def adam(self, state, which, gradients, t, rate):
        """(weights, m, v) of one network after its update."""
        root, power = self.jnp.sqrt, t.astype(self.jnp.float32)
        first = 1 - recipe.BETA1**power
        second = root(1 - recipe.BETA2**power)
        updated = [], [], []
        for p, m, v, gradient in zip(*(state[part][which] for part in ("nets", "m", "v")),
                                     gradients):
            m = recipe.BETA1 * m + (1 - recipe.BETA1) * gradient
            v = recipe.BETA2 * v + (1 - recipe.BETA2) * gradient * gradient
            p = p - rate / first * m / (root(v) / second + recipe.EPSILON)
            for part, value in zip(updated, (p, m, v)):
                part.append(value)
        return updated

    def fake_of(self, net, z):
        fake = self.dense(net, z.astype(self.dtype))[0]
        return self.jnp.tanh(fake) if self.recipe["output"] == "tanh" else fake

    def d_objective(self, net, real, fake, penalised):
        """(what is minimised, (the loss without R1, R1))."""
        softplus, n = self.jax.nn.softplus, self.batch
        logits, hidden = self.dense(net, self.jnp.concatenate([real, fake]))
        logits = logits.astype(self.jnp.float32)
        loss = softplus(-logits[:n]).mean() + softplus(logits[n:]).mean()
        if not penalised:
            return loss, (loss, self.jnp.zeros(()))
        slope = self.input_gradient(net, [h[:n] for h in hidden])
        r1 = self.recipe["r1"] / 2 * (slope * slope).sum(1).mean()
        return loss + self.recipe["r1_every"] * r1, (loss, r1)

    def step(self, state, penalised):
        jax, f32 = self.jax, self.jnp.float32
        g, d = state["nets"]
        key, pixels, z = self.draw(state)
        real = (pixels.astype(f32) / 127.5 - 1).astype(self.dtype)
        fake, back_to_g = jax.vjp(lambda net: self.fake_of(net, z), g)
        t = state["t"] + 1
        (_, (d_loss, r1)), d_gradients = jax.value_and_grad(self.d_objective, has_aux=True)(
            d, real, fake, penalised)
        new_d = self.adam(state, 1, d_gradients, t, self.recipe["lr_d"])
        g_loss, to_fake = jax.value_and_grad(lambda x: jax.nn.softplus(
            -self.dense(new_d[0], x)[0].astype(f32)).mean())(fake)
        new_g = self.adam(state, 0, back_to_g(to_fake)[0], t, self.recipe["lr_g"])
        nets, m, v = ([of_g, of_d] for of_g, of_d in zip(new_g, new_d))
        decay = self.recipe["ema"]
        average = [a + (1 - decay) * (p - a) for a, p in zip(state["average"], new_g[0])]
        return dict(nets=nets, m=m, v=v, average=average, t=t, key=key), (d_loss, g_loss, r1)

    def compiled(self, steps, unroll):
        """At least `steps` steps as one call: whole periods."""
        period = self.recipe["r1_every"]

        def body(state, _):
            losses = []
            for k in range(period):
                state, of_step = self.step(state, self.recipe["r1"] > 0 and k == 0)
                losses.append(of_step)
            return state, losses

        length = -(-steps // period)
        scan = lambda state: self.jax.lax.scan(body, state, length=length, unroll=unroll)
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
            _, state = self.timed(chunk, self.fresh(1), 1)
            seconds.append(self.timed(chunk, state, 2)[0])
        return chunks[seconds.index(min(seconds))]

    def run(self, count):
        """Whole chunks, at least `count` steps; the seconds of `count`."""
        calls = -(-count // CHUNK)
        seconds, self.state = self.timed(self.run_chunk, self.state, calls)
        return seconds * count / (calls * CHUNK)

    def losses(self, count, seed):
        periods = self.compiled(count, 1)(self.fresh(seed))[1]
        steps = [[float(value[n]) for value in step] for n in range(len(periods[0][0]))
                 for step in periods]
        return steps[:count]


if __name__ == "__main__":
    recipe.peer_main(__doc__, JaxPeer)
