// Config: one table of settings, TOML round trip, presets, refusals.
#include "engine/settings/config.hpp"
#include "engine/settings/setting_table.hpp"

#include <set>

#include "engine/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;

namespace {

// A value that differs from every default.
void alter(std::string& field) { field += "x \"quoted\" \\ back"; }
void alter(std::uint64_t& field) { field += 7; }
void alter(std::int64_t& field) { field += 7; }
void alter(double& field) { field += 0.12345678901234567; }
template <WordSetting Enum>
void alter(Enum& field) {
  const auto& words = WordTable<Enum>::table;
  field = field == words.back().value ? words.front().value : words.back().value;
}
void alter(bool& field) { field = !field; }
void alter(std::optional<double>& field) { field = field.value_or(0.0) + 0.125; }
void alter(std::optional<std::uint64_t>& field) { field = field.value_or(0) + 7; }
void alter(std::vector<std::int64_t>& field) { field.push_back(7); }

template <class Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_config);
    return error.what();
  }
  return "no error";
}

std::string message_of(const std::string& toml) {
  return refusal([&] { validate(parse_config(toml, "test.toml")); });
}

}  // namespace

TEST_CASE("a printed config reads back to the same config", "[engine][config]") {
  for (const auto& [name, about] : preset_list()) {
    for (const bool comments : {true, false}) {
      TrainConfig config = preset(name);
      CHECK(print_config(parse_config(print_config(config, comments), "x"), false) ==
            print_config(config, false));
      visit_settings(config, [](const SettingInfo& info, auto& field) {
        if (std::string(info.name) != "preset") alter(field);
      });
      CHECK(print_config(parse_config(print_config(config, comments), "x"), false) ==
            print_config(config, false));
    }
  }
}

TEST_CASE("each setting is read from its own key", "[engine][config]") {
  TrainConfig probe;
  std::set<std::string> names;
  std::size_t visited = 0;
  visit_settings(probe, [&](const SettingInfo& info, auto&) {
    names.insert(info.name);
    ++visited;
  });
  for (const std::string& name : names) {
    if (name == "preset") continue;
    TrainConfig config = preset("default");
    visit_settings(config, [&](const SettingInfo& info, auto& field) {
      if (name == info.name) alter(field);
    });
    const std::string changed = print_config(config, false);
    CHECK(changed != print_config(preset("default"), false));
    CHECK(print_config(parse_config(changed, "x"), false) == changed);
  }
  CHECK(names.size() == visited);
}

TEST_CASE("a config file starts from the preset that it names", "[engine][config]") {
  CHECK(parse_config("preset = \"article\"\nbatch = 7", "x").output == vgan::OutputKind::linear);
  CHECK(parse_config("preset = \"article\"", "x", {.preset = "default"}).output ==
        vgan::OutputKind::tanh);
  const std::string ae = "model = 'ae'\noutput = 'linear'";
  CHECK(parse_config(ae, "x", {.model = ModelKind::vae}).preset == "vae");
  CHECK(parse_config(ae, "x", {.model = ModelKind::vae}).output == preset("vae").output);
  CHECK(parse_config("", "x").r1 == preset("default").r1);
  CHECK(preset("article").r1 == 0.0);
  CHECK(preset("article").ema == 0.0);
}

TEST_CASE("a bad config says what, where and what is allowed", "[engine][config]") {
  CHECK_THAT(message_of("\nepoch = 3"),
             ContainsSubstring("test.toml:2:1") && ContainsSubstring("did you mean 'epochs'"));
  CHECK_THAT(message_of("batch = \"many\""),
             ContainsSubstring("batch") && ContainsSubstring("a whole number"));
  CHECK_THAT(message_of("batch = 1.5"), ContainsSubstring("a whole number"));
  CHECK_THAT(message_of("batch = "), ContainsSubstring("test.toml:1"));
  CHECK_THAT(message_of("batch = 0"), ContainsSubstring("found 0"));
  CHECK_THAT(message_of("epochs = -1"), ContainsSubstring("found -1; allowed 1 or more"));
  CHECK_THAT(message_of("seed = -1"), ContainsSubstring("found -1; allowed 0 or more"));
  CHECK_THAT(message_of("lr = -0.1"), ContainsSubstring("above 0"));
  CHECK_THAT(message_of("lr = nan"), ContainsSubstring("above 0"));
  CHECK_THAT(message_of("beta1 = 1.0"), ContainsSubstring("below 1"));
  CHECK_THAT(message_of("g-layers = []"), ContainsSubstring("no error"));
  CHECK_THAT(message_of("g-layers = [64, 0]"), ContainsSubstring("g-layers"));
  CHECK_THAT(message_of("output = \"softmax\""), ContainsSubstring("tanh, sigmoid, linear"));
  CHECK_THAT(message_of("precision = \"fp8\""), ContainsSubstring("fp32"));
  CHECK_THAT(message_of("preset = \"defautl\""), ContainsSubstring("did you mean 'default'"));
  CHECK_THAT(message_of("profile-steps = \"9:3\""), ContainsSubstring("A:B"));
  CHECK_THAT(message_of("ema = 1.0"), ContainsSubstring("ema"));
  CHECK_THAT(message_of("nothing_like_it = 1"), !ContainsSubstring("did you mean"));
  TrainConfig latin = preset("default");
  latin.data = "caf\xe9.npy";
  CHECK_THROWS_WITH(validate(latin), ContainsSubstring("UTF-8"));
  CHECK(message_of("batch = 64") == "no error");
}

TEST_CASE("a preset's layers and penalty give way to what was given", "[engine][config]") {
  CHECK(parse_config("preset = \"conv\"", "x").d_net == preset("conv").d_net);
  const TrainConfig widths = parse_config("preset = \"conv\"\nd-layers = [8, 16]", "x");
  CHECK(widths.d_net.empty());
  CHECK(widths.d_layers == std::vector<std::int64_t>{8, 16});
  CHECK(widths.g_layers == preset("conv").g_layers);
  const TrainConfig dense = parse_config("preset = \"conv\"\nnet = \"mlp\"", "x");
  CHECK(dense.d_net.empty());
  CHECK(dense.g_layers.empty());
  CHECK(parse_config("preset = \"conv\"\nnet = \"mlp\"\ng-layers = [5]", "x").g_layers.size() == 1);
  CHECK(parse_config("loss = \"wgan-gp\"", "x").r1 == 0.0);
  CHECK(parse_config("loss = \"wgan-gp\"\nr1 = 1.0", "x").r1 == 1.0);
  CHECK(parse_config("loss = \"hinge\"", "x").r1 == preset("default").r1);
  CHECK(parse_config("", "x").r1_scaled);
  CHECK_FALSE(parse_config("r1 = 1.0", "x").r1_scaled);
  CHECK(parse_config("r1 = 1.0\nr1-scaled = true", "x").r1_scaled);
  for (const char* noise : {"0.0", "0.005"}) {
    const std::string less = std::string("preset = \"stable\"\ninstance-noise = ") + noise;
    CHECK(message_of(less) == "no error");
    CHECK(parse_config(less, "x").instance_noise_end == 0.0);
    CHECK_THAT(message_of(less + "\ninstance-noise-end = 0.01"),
               ContainsSubstring("instance-noise-end"));
  }
  CHECK(message_of("preset = \"stable\"\nr1 = 0.0") == "no error");
  CHECK(message_of("preset = \"stable\"\nloss = \"wgan-gp\"") == "no error");
  CHECK(message_of("preset = \"stable\"\ninstance-noise-decay = 0.0") == "no error");
  CHECK(parse_config("model = \"vae\"", "x").preset == "vae");
  CHECK(parse_config("model = \"vae\"\npreset = \"default\"", "x").lr == preset("default").lr);
}

TEST_CASE("numbers are printed as people write them", "[engine][config]") {
  TrainConfig config;
  config.gp = 10.0;
  config.lr = 2e-4;
  config.r1 = 0.1;
  config.beta = 1e7;
  const std::string text = print_config(config, false);
  for (const char* line : {"gp = 10.0\n", "lr = 0.0002\n", "r1 = 0.1\n", "\nbeta = 1e+07\n"}) {
    CHECK_THAT(text, ContainsSubstring(line));
  }
}

TEST_CASE("a setting that nothing in the run uses is refused", "[engine][config]") {
  for (const char* setting :
       {"pack = 4", "r1 = 3.0", "loss = \"hinge\"", "spectral-norm = true", "n-critic = 2",
        "augment = \"cutout\"", "minibatch-stddev = 4", "latent-mixture = 2", "gp = 3.0",
        "output = \"linear\"", "latent-mixture = 0\nlatent-deviation = 0.5"}) {
    CHECK_THAT(message_of(std::string("model = \"vae\"\n") + setting),
               ContainsSubstring("nothing in this run uses it"));
  }
  for (const char* setting :
       {"beta = 2.0", "likelihood = \"gaussian\"", "kl-warmup = 5", "gp = 3.0", "kernel = 5",
        "lr-end = 0.5", "instance-noise-decay = 0.5",
        "instance-noise = 0.5\ninstance-noise-end = 0.1", "r1 = 0.0\nr2 = 1.0",
        "r1 = 0.0\nr1-every = 3", "latent-deviation = 0.5", "lr-d = 1e-3\nttur = 2.0"}) {
    CHECK_THAT(message_of(setting), ContainsSubstring("nothing in this run uses it"));
  }
  CHECK_THAT(message_of("model = \"ae\"\nbeta = 2.0"), ContainsSubstring("only with model vae"));
  // Asked for by name, it is refused with TrainConfig's own value too.
  const auto asked = [](const std::string& toml, const std::string& name) {
    return refusal([&] { require_used(parse_config(toml, "x"), {name}); });
  };
  CHECK_THAT(asked("model = \"vae\"\nloss = \"bce\"", "loss"),
             ContainsSubstring("loss: found bce, though nothing in this run uses it"));
  CHECK_THAT(asked("model = \"vae\"\noutput = \"tanh\"", "output"),
             ContainsSubstring("output: found tanh"));
  CHECK_NOTHROW(
      require_used(parse_config("model = \"vae\"\noutput = \"sigmoid\"", "x"), {"output"}));
  CHECK_NOTHROW(require_used(parse_config("model = \"vae\"\noutput = \"tanh\"", "x"), {"beta"}));
  CHECK(asked("r1 = 0.0\nr1-every = 1", "r1-every") == "no error");  // off, said in full
  CHECK(message_of("model = \"ae\"\nlatent-mixture = 2") == "no error");
  CHECK(message_of("latent-mixture = 2") == "no error");
  CHECK(message_of("latent-mixture = 2\nlatent-deviation = 0.5") == "no error");
  CHECK(message_of("model = \"vae\"\nlatent-mixture = 0") == "no error");
  CHECK(message_of("model = \"vae\"\nlikelihood = \"gaussian\"\noutput = \"linear\"") ==
        "no error");
  CHECK_THAT(message_of("model = \"ae\"\noutput = \"linear\""),
             ContainsSubstring("follows from its likelihood"));
  CHECK_THAT(message_of("model = \"vae\"\nspectral-norm = true"),
             ContainsSubstring("found true, though"));
  CHECK(message_of("loss = \"wgan-gp\"\ngp = 3.0") == "no error");
  CHECK(message_of("kernel = 5\nnet = \"conv\"") == "no error");
}

TEST_CASE("a resumed run keeps what would change its numbers", "[engine][config]") {
  const TrainConfig saved = preset("default");
  TrainConfig wanted = saved;
  wanted.epochs = 99;
  wanted.threads = 7;
  wanted.quiet = true;
  CHECK_NOTHROW(check_resume(saved, wanted));
  wanted.batch = 64;
  CHECK_THROWS_WITH(check_resume(saved, wanted), ContainsSubstring("batch"));
  wanted = saved;
  wanted.lr_d = 1e-3;
  const auto changes = check_resume(saved, wanted);  // which is recorded
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].setting == "lr-d");
  wanted.latent = 7;
  CHECK_THROWS_WITH(check_resume(saved, wanted), ContainsSubstring("latent"));
}
