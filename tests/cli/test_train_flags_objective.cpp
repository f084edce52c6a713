// Checks of the flags of objective and optimisation, for test_train_flags.cpp.
#ifdef VGAN_BINARY

#include "tests/cli/train_flag_checks.hpp"

namespace vgan::testing {
namespace {

// Adam's mean gradient after the first epoch is (1 - beta1) times the gradient.
std::vector<float> first_gradient(const TinyRuns& runs, const std::string& out, Words words,
                                  const std::string& tensor) {
  words.insert(words.end(), {"--epochs", "1"});
  return values_of(trained(runs, out, words), "adam_m." + tensor);
}

// A weight's gradient is a + x b for x = 0, 1, 2: in equal steps, that are not 0.
void check_linear(const std::vector<float>& at_0, const std::vector<float>& at_1,
                  const std::vector<float>& at_2) {
  double largest = 0.0, error = 0.0;
  for (std::size_t i = 0; i < at_0.size(); ++i) {
    const double step = static_cast<double>(at_1[i]) - static_cast<double>(at_0[i]);
    largest = std::fmax(largest, std::fabs(step));
    error = std::fmax(error, std::fabs(static_cast<double>(at_2[i]) - at_1[i] - step));
  }
  CHECK(largest > 1e-5);
  CHECK(error < 1e-4 * largest + 1e-7);
}

// Losses of D on real trials, epoch by epoch, with weights that stay as they are.
std::vector<double> still_losses(const TinyRuns& runs, const std::string& out, Words words) {
  words.insert(words.end(), {"--lr", "1e-12", "--epochs", "4"});
  (void)trained(runs, out, words);
  std::vector<double> losses;
  for (const auto& epoch : runs.metrics(out)) losses.push_back(epoch["d_loss_real"]);
  return losses;
}

// The rate of each of four epochs: how far the first step of an Adam without memory goes.
std::vector<double> rates(const TinyRuns& runs, const std::string& out, Words words) {
  words.insert(words.end(), {"--epochs", "4", "--save-every", "1", "--keep", "0", "--beta1", "0",
                             "--beta2", "0", "--lr", "0.01", "--ttur", "1"});
  (void)trained(runs, out, words);
  std::vector<double> found;
  const auto at = [&](int epoch) {
    return load_checkpoint(runs.path() / out / "checkpoints" /
                           ("epoch-0000000" + std::to_string(epoch) + ".safetensors"));
  };
  for (int epoch = 0; epoch < 4; ++epoch) {
    const double g = distance(at(epoch), at(epoch + 1), "g.0.weight");
    const double d = distance(at(epoch), at(epoch + 1), "d.0.weight");
    CHECK(g == Approx(d).margin(2e-5));  // both have the schedule
    found.push_back(d);
  }
  return found;
}

void check_close(const std::vector<double>& found, const std::vector<double>& wanted) {
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    INFO("epoch " << i + 1);
    CHECK(found[i] == Approx(wanted[i]).margin(2e-5));
  }
}

const Words vae = {"--model", "vae", "--latent", "5"};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

const Checks of_objective = {
    {"loss",
     [](const TinyRuns& runs) {
       std::set<std::vector<float>> d, g;
       for (const char* loss : {"bce", "minimax", "article", "lsgan", "hinge", "wgan-gp"}) {
         const auto made = trained(runs, loss, {"--epochs", "1", "--loss", loss});
         d.insert(values_of(made, "adam_m.d.0.weight"));
         g.insert(values_of(made, "adam_m.g.0.weight"));
       }
       CHECK(d.size() == 4);  // of bce, minimax and article D is the same
       CHECK(g.size() >= 5);  // and of hinge and Wasserstein G's gradient, through one D
     }},
    {"n-critic",
     [](const TinyRuns& runs) {
       const Words one_epoch = {"--epochs", "1", "--lr", "1e-3", "--ttur", "1"};
       const auto before = trained(runs, "a", {"--epochs", "1", "--lr", "1e-12"});
       const auto after = trained(runs, "b", with(one_epoch, {"--n-critic", "3"}));
       CHECK(runs.metrics("b").size() == 1);
       CHECK(distance(before, after, "g.0.weight") == Approx(1e-3).epsilon(0.01));
       CHECK(distance(before, after, "d.0.weight") > 2.5e-3);  // three steps, most of one sign
       CHECK(distance(before, after, "d.0.weight") < 3.5e-3);
     }},
    {"gp",
     [](const TinyRuns& runs) {
       const auto gradient = [&](const std::string& lambda) {
         return first_gradient(runs, lambda, {"--loss", "wgan-gp", "--gp", lambda}, "d.0.weight");
       };
       check_linear(gradient("0"), gradient("1"), gradient("2"));
     }},
    {"label-smoothing",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--epochs", "1"});
       (void)trained(runs, "b", {"--epochs", "1", "--label-smoothing", "0.1"});
       CHECK(runs.metrics("a")[0]["d_loss_real"] != runs.metrics("b")[0]["d_loss_real"]);
       CHECK(runs.metrics("a")[0]["d_loss_fake"] == runs.metrics("b")[0]["d_loss_fake"]);
     }},
    {"instance-noise",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--epochs", "1"});
       (void)trained(runs, "b", {"--epochs", "1", "--instance-noise", "1"});
       CHECK(runs.metrics("a")[0]["d_loss_real"] != runs.metrics("b")[0]["d_loss_real"]);
       CHECK(runs.metrics("a")[0]["d_loss_fake"] != runs.metrics("b")[0]["d_loss_fake"]);
     }},
    {"r1",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--r1", "0"});
       (void)trained(runs, "b", {"--r1", "5"});
       CHECK(runs.metrics("a")[0]["r1"] == 0.0);
       CHECK(runs.metrics("b")[0]["r1"] > 0.0);
     }},
    {"r2",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--r1", "5"});
       (void)trained(runs, "b", {"--r1", "5", "--r2", "0.5"});
       CHECK_FALSE(runs.metrics("a")[0].contains("r2"));
       CHECK(runs.metrics("b")[0]["r1"] == runs.metrics("a")[0]["r1"]);
       CHECK(runs.metrics("b")[0]["r2"] > 0.0);
       CHECK(runs.metrics("b")[1]["d_loss_real"] != runs.metrics("a")[1]["d_loss_real"]);
     }},
    {"r1-scaled",
     [](const TinyRuns& runs) {
       const auto penalty = [&](const std::string& out, const Words& more) {
         (void)trained(runs, out, with({"--epochs", "1", "--r1-every", "1"}, more));
         return runs.metrics(out)[0]["r1"].get<double>();
       };
       const double given = penalty("a", {"--r1", "5"});
       const double numbers =
           static_cast<double>(runs.newest("a").checkpoint.tensors.at("d.0.weight").shape[0]);
       CHECK(penalty("b", {"--r1", "5", "--r1-scaled"}) == Approx(given * numbers / 784));
       CHECK(penalty("c", {}) == Approx(given / 5 * numbers / 784));  // the preset's
     }},
    {"r1-every",
     [](const TinyRuns& runs) {
       const auto penalties = [&](const std::string& every) {
         (void)trained(runs, every, {"--epochs", "12", "--r1", "5", "--r1-every", every});
         const auto metrics = runs.metrics(every);
         return std::count_if(metrics.begin(), metrics.end(),
                              [](const auto& epoch) { return epoch["r1"] > 0.0; });
       };
       CHECK(penalties("1") == 12);
       CHECK(penalties("3") == 4);
     }},
    {"instance-noise-decay",
     [](const TinyRuns& runs) {
       const auto none = still_losses(runs, "a", {});
       const auto kept = still_losses(runs, "b", {"--instance-noise", "2"});
       const auto falls =
           still_losses(runs, "c", {"--instance-noise", "2", "--instance-noise-decay", "0.5"});
       CHECK(falls[0] == Approx(kept[0]));
       CHECK(std::fabs(falls[1] - kept[1]) > 1e-4);
       CHECK(std::fabs(falls[1] - none[1]) > 1e-4);
       CHECK(falls[2] == Approx(none[2]));
       CHECK(falls[3] == Approx(none[3]));
       CHECK(std::fabs(kept[3] - none[3]) > 1e-4);
     }},
    {"instance-noise-end",
     [](const TinyRuns& runs) {
       const Words falling = {"--instance-noise", "2", "--instance-noise-decay", "0.5"};
       const auto kept = still_losses(runs, "a", {"--instance-noise", "2"});
       const auto gone = still_losses(runs, "b", falling);
       const auto less = still_losses(runs, "c", with(falling, {"--instance-noise-end", "1"}));
       const auto one = still_losses(runs, "d", {"--instance-noise", "1"});
       CHECK(less[0] == Approx(kept[0]));
       CHECK(less[2] == Approx(one[2]));
       CHECK(less[3] == Approx(one[3]));
       CHECK(std::fabs(less[3] - gone[3]) > 1e-4);
       CHECK(runs.run("x", with(falling, {"--instance-noise-end", "3"})).exit_code == 78);
     }},
    {"augment",
     [](const TinyRuns& runs) {
       std::set<std::vector<float>> gradients;
       for (const char* list : {"", "color", "translation", "cutout", "color,translation,cutout"}) {
         const std::string name = "a" + std::to_string(gradients.size());
         gradients.insert(first_gradient(runs, name, {"--augment", list}, "d.0.weight"));
       }
       CHECK(gradients.size() == 5);
       CHECK(runs.run("x", {"--augment", "colour"}).exit_code == 78);
     }},
    {"likelihood",
     [](const TinyRuns& runs) {
       const auto bernoulli = trained(runs, "a", with(vae, {"--likelihood", "bernoulli"}));
       const auto gaussian = trained(runs, "b", with(vae, {"--likelihood", "gaussian"}));
       CHECK(runs.config("a").output == vgan::OutputKind::sigmoid);
       CHECK(runs.config("b").output == vgan::OutputKind::linear);
       CHECK(distance(bernoulli, gaussian, "adam_m.g.1.weight") > 1e-3);
     }},
    {"beta",
     [](const TinyRuns& runs) {
       const auto gradient = [&](const std::string& beta) {
         return first_gradient(runs, beta, with(vae, {"--beta", beta}), "e.1.weight");
       };
       check_linear(gradient("0"), gradient("1"), gradient("2"));
     }},
    {"kl-warmup",
     [](const TinyRuns& runs) {
       const auto gradient = [&](const std::string& name, const Words& more) {
         return first_gradient(runs, name, with(vae, more), "e.1.weight");
       };
       const auto warming = gradient("a", {"--kl-warmup", "4"});
       CHECK(warming == gradient("b", {"--beta", "0"}));  // it begins at 0
       CHECK(warming != gradient("c", {}));
       const auto second = [&](const std::string& name, const Words& more) {
         return trained(runs, name, with(vae, with(more, {"--epochs", "2"})));
       };
       CHECK(distance(second("d", {"--kl-warmup", "4"}), second("e", {"--beta", "0"}),
                      "adam_m.e.1.weight") > 1e-6);
     }},
    {"latent-mixture",
     [](const TinyRuns& runs) {
       REQUIRE(
           runs.run("a", {"--model", "ae", "--latent", "2", "--latent-mixture", "2"}).exit_code ==
           0);
       CHECK(runs.config("a").latent_mixture == 2);
       CHECK(runs.run("b", {"--model", "ae", "--latent-mixture", "1025"}).exit_code == 78);
       const auto one = trained(runs, "c", {});
       const auto many = trained(runs, "d", {"--latent-mixture", "3"});
       CHECK(distance(one, many, "adam_m.g.0.weight") > 1e-6);  // other noise, other gradients
       const CommandResult other =
           runs.run("d", {"--resume", "--epochs", "4", "--latent-mixture", "4"});
       CHECK(other.exit_code == 78);
       CHECK_THAT(other.err, ContainsSubstring("latent-mixture"));
       CHECK(runs.run("d", {"--resume", "--epochs", "4"}).exit_code == 0);
       // What is left to the data is as the run has it.
       const Words open = {"--latent-mixture", "0", "--output", "auto"};
       CHECK(runs.run("d", with({"--resume", "--epochs", "5"}, open)).exit_code == 0);
       CHECK(runs.config("d").latent_mixture == 3);
     }},
    {"latent-deviation",
     [](const TinyRuns& runs) {
       const Words three = {"--latent-mixture", "3"};
       const auto wide = trained(runs, "a", three);
       const auto tight = trained(runs, "b", with(three, {"--latent-deviation", "0.25"}));
       CHECK(distance(wide, tight, "adam_m.g.0.weight") > 1e-6);
       CHECK(runs.config("b").latent_deviation == 0.25);
       // With 1 all centres are 0.
       const auto one = trained(runs, "c", {});
       const auto flat = trained(runs, "d", with(three, {"--latent-deviation", "1"}));
       CHECK(distance(one, flat, "adam_m.g.0.weight") == 0.0);
       const CommandResult zero = runs.run("e", with(three, {"--latent-deviation", "0"}));
       CHECK(zero.exit_code == 78);
       CHECK_THAT(zero.err, ContainsSubstring("0.01 to 1"));
       const CommandResult unused = runs.run("e", {"--latent-deviation", "0.5"});
       CHECK(unused.exit_code == 78);
       CHECK_THAT(unused.err, ContainsSubstring("only with a gan's latent-mixture"));
     }},
};

const Checks of_optimiser = {
    {"lr",
     [](const TinyRuns& runs) {
       check_rates(runs, {"--lr", "1e-3"}, 1e-3, 1e-3);
     }},
    {"lr-g",
     [](const TinyRuns& runs) {
       check_rates(runs, {"--lr-g", "1e-3"}, 1e-3, 2e-4);
     }},
    {"lr-d",
     [](const TinyRuns& runs) {
       check_rates(runs, {"--lr-d", "1e-3"}, 2e-4, 1e-3);
     }},
    {"ttur",
     [](const TinyRuns& runs) {
       check_rates(runs, {"--ttur", "3"}, 2e-4, 6e-4);
     }},
    {"beta1",
     [](const TinyRuns& runs) {  // after one step m = (1 - beta1) * gradient
       const auto a = trained(runs, "a", {"--epochs", "1", "--beta1", "0.5"});
       const auto b = trained(runs, "b", {"--epochs", "1", "--beta1", "0.9"});
       CHECK(ratio(a, b, "adam_m.d.0.weight") == Approx(0.2).epsilon(1e-4));
     }},
    {"beta2",
     [](const TinyRuns& runs) {  // after one step v = (1 - beta2) * gradient^2
       const auto a = trained(runs, "a", {"--epochs", "1", "--beta2", "0.999"});
       const auto b = trained(runs, "b", {"--epochs", "1", "--beta2", "0.9"});
       CHECK(ratio(a, b, "adam_v.d.0.weight") == Approx(100.0).epsilon(1e-4));
     }},
    {"weight-decay",
     [](const TinyRuns& runs) {
       // At a rate of 0.01 a step of Adam moves a weight by 0.01 where it has a gradient, else not
       // at
       // all; a decay of 50 halves it before.
       const auto with = [&](const std::string& rate, const std::string& decay) {
         const Words words = {"--epochs",       "1",   "--lr",          rate,
                              "--weight-decay", decay, "--lr-schedule", "constant"};
         return values_of(trained_masked(runs, "w" + rate + decay, words), "g.0.weight");
       };
       const std::vector<float> start = with("1e-12", "0");
       const std::vector<float> decayed = with("0.01", "50");
       for (std::size_t i = 0; i < start.size(); ++i) {
         const float moved = std::fabs(decayed[i] - 0.5F * start[i]);
         CHECK((moved == Approx(0.01F).epsilon(0.01) || moved == Approx(0.0F).margin(1e-6)));
       }
       CHECK(runs.run("other", {"--weight-decay", "0.1"}).exit_code ==
             78);  // of a masked model alone
     }},
    {"clip",
     [](const TinyRuns& runs) {
       // Adam does not see how long its first gradient is, but how the next ones compare with it.
       const auto any = trained_masked(runs, "a", {"--clip", "0", "--epochs", "6"});
       const auto tiny = trained_masked(runs, "b", {"--clip", "1e-6", "--epochs", "6"});
       CHECK(distance(any, tiny, "g.0.weight") > 0.0);
       CHECK(runs.metrics("b").front().contains("gradient_norm"));
       CHECK_FALSE(runs.metrics("a").front().contains("gradient_norm"));
       CHECK(runs.run("c", {"--clip", "1"}).exit_code == 78);  // of a masked model alone
     }},
    {"ema",
     [](const TinyRuns& runs) {
       CHECK_FALSE(trained(runs, "a", {"--ema", "0"}).tensors.contains("g_ema.0.weight"));
       const auto made = trained(runs, "b", {"--ema", "0.5"});
       CHECK(values_of(made, "g_ema.0.weight") != values_of(made, "g.0.weight"));
     }},
    {"lr-schedule",
     [](const TinyRuns& runs) {
       check_close(rates(runs, "a", {"--lr-schedule", "constant"}), {0.01, 0.01, 0.01, 0.01});
       check_close(rates(runs, "b", {"--lr-schedule", "linear"}), {0.01, 0.0075, 0.005, 0.0025});
       const double quarter = 0.5 * (1.0 + std::sqrt(0.5));  // (1 + cos(pi / 4)) / 2
       check_close(rates(runs, "c", {"--lr-schedule", "cosine"}),
                   {0.01, 0.01 * quarter, 0.005, 0.01 * (1.0 - quarter)});
     }},
    {"lr-end",
     [](const TinyRuns& runs) {
       check_close(rates(runs, "a", {"--lr-schedule", "linear", "--lr-end", "0.5"}),
                   {0.01, 0.00875, 0.0075, 0.00625});
     }},
    {"warmup",
     [](const TinyRuns& runs) {
       check_close(rates(runs, "a", {"--warmup", "3"}), {0.0025, 0.005, 0.0075, 0.01});
     }},
};

}  // namespace

Checks objective_checks() { return of_objective; }
Checks optimiser_checks() { return of_optimiser; }

}  // namespace vgan::testing

#endif
