// Settings in checkpoints and config files: what was written is read, and nothing else harms.
#include "engine/settings/saved_config.hpp"

#include "engine/settings/toml_guard.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// Metadata "config" of a checkpoint of 0f9aa4f: train --preset stable --data ring8 --epochs 1
// --batch 16 --out r --quiet --threads 1 --device cpu --precision fp32
const std::string toml_of_0_1_0 = R"(data = 'ring8'
labels = ''
conditional = false
conditions = ''
hold-out = 0.0
epochs = 1
passes = 0.0
batch = 16
model = 'gan'
net = 'mlp'
latent = 100
g-layers = [256, 512, 1024]
d-layers = [512, 256, 128]
g-net = ''
d-net = ''
kernel = 0
norm = 'auto'
output = 'linear'
spectral-norm = false
minibatch-stddev = 0
pack = 1
loss = 'bce'
n-critic = 1
gp = 10.0
r1 = 0.3
r2 = 1.0
r1-scaled = true
r1-every = 4
label-smoothing = 1.0
instance-noise = 0.5
instance-noise-decay = 0.7
instance-noise-end = 0.01
augment = ''
likelihood = 'bernoulli'
beta = 1.0
kl-warmup = 0
latent-mixture = 100
latent-deviation = 0.6
lr = 0.0004
lr-g = 0.0
lr-d = 0.0
ttur = 4.0
beta1 = 0.5
beta2 = 0.999
lr-schedule = 'linear'
lr-end = 0.1
warmup = 0
ema = 0.999
seed = 1
device = 'cpu'
precision = 'fp32'
threads = 1
step = 'auto'
out = 'r'
save-every = 1000
keep = 3
sample-every = 500
preset = 'stable'
quiet = true
profile-steps = ''
)";

TrainConfig unlike_any_preset() {
  TrainConfig config = preset("conv");
  config.data = "a 'quoted' \"path\"/\\\u00e9\t\x7f.npy";
  config.lr = 0.1 + 0.2;
  config.beta1 = 0x1.fffffffffffffp-2;
  config.lr_end = 1e-300;
  config.seed = ~std::uint64_t{0} >> 1;
  config.g_layers = {7, 1, 300};
  config.d_net = "";
  config.quiet = true;
  return config;
}

std::string mutated(std::string text, Dice& dice) {
  static const std::string bits[] = {"[",
                                     "\n",
                                     "[\n",
                                     "]",
                                     "{",
                                     "}",
                                     "\"",
                                     "'",
                                     "'''",
                                     "\\",
                                     "\\u",
                                     "=",
                                     ".",
                                     ",",
                                     "\xef\xb3\xbf",
                                     "\xc2",
                                     "\xf0\x9f",
                                     "#",
                                     "1e9",
                                     "nan",
                                     "0x",
                                     "-",
                                     "\r",
                                     "\x01",
                                     "\x7f",
                                     "null",
                                     ":",
                                     std::string(1, '\0')};
  for (std::size_t edits = 1 + dice.roll(3); edits > 0; --edits) {
    const std::size_t at = dice.roll(text.size() + 1);
    switch (dice.roll(4)) {
      case 0: text.insert(at, bits[dice.roll(std::size(bits))]); break;
      case 1: text.erase(at, dice.roll(6)); break;
      case 2: text.resize(at); break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(dice.roll(256));
    }
  }
  return text;
}

}  // namespace

TEST_CASE("settings of runs before clusters have none", "[settings]") {
  const std::string old = R"({"preset": "conv", "model": "gan", "beta2": 0.999})";
  CHECK(read_saved_config(old, "here").clusters == 0);
  CHECK(read_saved_config("preset = 'conv'", "here").clusters == 0);
  CHECK(read_saved_config(saved_config(preset("conv")), "here").clusters ==
        preset("conv").clusters);
  // A file of the user's has the preset's.
  CHECK(parse_config("preset = 'conv'", "here").clusters == preset("conv").clusters);
}

TEST_CASE("saved settings read back to the same bits", "[engine][config]") {
  for (const auto& [name, about] : preset_list()) {
    const TrainConfig config = preset(name);
    CHECK(saved_config(read_saved_config(saved_config(config), "x")) == saved_config(config));
  }
  const TrainConfig config = unlike_any_preset();
  const TrainConfig back = read_saved_config(saved_config(config), "x");
  CHECK(back.lr == config.lr);
  CHECK(back.beta1 == config.beta1);
  CHECK(back.data == config.data);
  CHECK(saved_config(back) == saved_config(config));
  CHECK(saved_config(parse_config(print_config(config, true), "x")) == saved_config(config));
}

TEST_CASE("settings that 0.1.0 saved are read", "[engine][config]") {
  const TrainConfig config = read_saved_config(toml_of_0_1_0, "x");
  CHECK(config.preset == "stable");
  const std::string text = "\n" + print_config(config, false);
  std::size_t lines = 0;
  for (std::size_t at = 0; at < toml_of_0_1_0.size(); ++lines) {
    const std::size_t end = toml_of_0_1_0.find('\n', at) + 1;
    CHECK_THAT(text, ContainsSubstring("\n" + toml_of_0_1_0.substr(at, end - at)));
    at = end;
  }
  CHECK(lines == 60);
  CHECK(read_saved_config("preset = 'article'\n", "x").output == vgan::OutputKind::linear);
}

TEST_CASE("saved settings that no version writes are refused", "[engine][config]") {
  const auto message = [](const std::string& text) {
    const Outcome outcome = outcome_of([&] { (void)read_saved_config(text, "the file"); });
    CHECK(outcome.code == 78);
    return outcome.message;
  };
  CHECK_THAT(message("{"), ContainsSubstring("the file") && ContainsSubstring("one JSON object"));
  CHECK_THAT(message("{\"lr\":1.0}x"), ContainsSubstring("one JSON object"));
  CHECK_THAT(message(std::string("{\"lr\":1.0}\0x", 12)), ContainsSubstring("one JSON object"));
  CHECK_THAT(message("{\"lr\":1.0,\"lr\":2.0}"), ContainsSubstring("one JSON object"));
  CHECK_THAT(message("{\"rate\":1.0}"), ContainsSubstring("'rate'"));
  CHECK_THAT(message("{\"lr\":\"1\"}"), ContainsSubstring("lr") && ContainsSubstring("a finite"));
  CHECK_THAT(message("{\"lr\":null}"), ContainsSubstring("a finite number"));
  CHECK_THAT(message("{\"lr\":1e999}"), ContainsSubstring("JSON"));
  CHECK_THAT(message("{\"epochs\":-1}"), ContainsSubstring("0 to 2^64 - 1"));
  CHECK_THAT(message("{\"epochs\":1.0}"), ContainsSubstring("a whole number"));
  CHECK_THAT(message("{\"batch\":9223372036854775808}"), ContainsSubstring("2^63 - 1"));
  CHECK_THAT(message("{\"batch\":[1]}"), ContainsSubstring("a whole number"));
  CHECK_THAT(message("{\"g-layers\":[1,\"2\"]}"), ContainsSubstring("a list of whole numbers"));
  CHECK_THAT(message("{\"quiet\":1}"), ContainsSubstring("true or false"));
  CHECK_THAT(message("{\"net\":{}}"), ContainsSubstring("a string"));
  CHECK_THAT(message("{\"preset\":7}"), ContainsSubstring("a string"));
  CHECK_THAT(message(std::string("{\"net\":") + std::string(100000, '[')),
             ContainsSubstring("one JSON object"));
}

TEST_CASE("what the TOML parser cannot take is refused before", "[engine][config]") {
  const auto message = [](const std::string& text) {
    const Outcome outcome = outcome_of([&] { (void)parse_config(text, "s.toml"); });
    CHECK(outcome.code == 78);
    return outcome.message;
  };
  CHECK_THAT(message("[\n"), ContainsSubstring("s.toml:1:1") && ContainsSubstring("KEY = VALUE"));
  CHECK_THAT(message("lr = 0.1\n  \xef\xb3\xbf = 1\n"),
             ContainsSubstring("s.toml:2:3") && ContainsSubstring("not ASCII"));
  CHECK_THAT(message("[train]\nlr = 0.1"), ContainsSubstring("s.toml:1:1"));
  CHECK_THAT(message("a.b = 1"), ContainsSubstring("'=' after the key"));
  CHECK_THAT(message("\"lr\" = 1"), ContainsSubstring("KEY = VALUE"));
  CHECK_THAT(message("g-layers = [[1], 2]"), ContainsSubstring("s.toml:1:13"));
  CHECK_THAT(message("data = {a = 1}"), ContainsSubstring("a string, a number"));
  CHECK_THAT(message("data = 'a"), ContainsSubstring("the end of the string"));
  CHECK_THAT(message("g-layers = [1, 2"), ContainsSubstring("the end"));
  CHECK_THAT(message("lr = 1 2"), ContainsSubstring("the end of the line"));
  // What people write is taken.
  const TrainConfig config = parse_config(
      "\xef\xbb\xbf# caf\xc3\xa9 \xef\xb3\xbf\r\nlr = 1_0.5e-1 # rate\n\ng-layers = [ # widths\n "
      "0x10,\n"
      " 32, # more\n]\n data = \"\"\"two\nlines \"quoted\"\"\"\"\nlabels='caf\xc3\xa9'",
      "x");
  CHECK(config.lr == 1.05);
  CHECK(config.g_layers == std::vector<std::int64_t>{16, 32});
  CHECK(config.data == "two\nlines \"quoted\"");
  CHECK(config.labels == "caf\xc3\xa9");
}

TEST_CASE("damaged settings are settings or an error", "[engine][config]") {
  Dice dice(33);
  const std::string texts[] = {saved_config(unlike_any_preset()),
                               print_config(unlike_any_preset(), true), toml_of_0_1_0,
                               "lr = 0.1\ng-layers = [1, 2]\ndata = 'x' # y\n", "[\n"};
  int good = 0, refused = 0;
  for (int round = 0; round < 6000; ++round) {
    const std::string text = mutated(texts[dice.roll(std::size(texts))], dice);
    const Outcome outcome = outcome_of([&] { (void)read_saved_config(text, "x"); });
    if (outcome.code != 0 && outcome.code != 78) FAIL(outcome.message << "\n" << text);
    ++(outcome.code == 0 ? good : refused);
  }
  CHECK(good > 100);
  CHECK(refused > 1000);
}
