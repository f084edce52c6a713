// From settings to networks: layer lists, sizes that fit or are refused, what G and D are made of.
#include "engine/models/architecture.hpp"

#include "engine/base/error.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/settings/layer_list.hpp"
#include "engine/train/objective_options.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/model_runs.hpp"

using namespace vgan;
using namespace vgan::testing;
using nn::LayerKind;

namespace {

using Layers = std::vector<nn::LayerSpec>;

/// The message of what is refused as a setting.
template <class Call>
std::string refusal(Call call) {
  const Outcome outcome = outcome_of(call);
  CHECK(outcome.code == 78);
  return outcome.message;
}

Layers g_of(const TrainConfig& config, const TrialShape& trial, std::int64_t conditions = 0) {
  return generator_layers(resolved(config, trial), trial, conditions);
}
Layers d_of(const TrainConfig& config, const TrialShape& trial, std::int64_t conditions = 0) {
  return discriminator_layers(resolved(config, trial), trial, conditions);
}

void check_chain(const Layers& layers, std::int64_t inputs, std::int64_t outputs) {
  CHECK(layers.front().inputs == inputs);
  CHECK(layers.back().outputs == outputs);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    INFO("layer " << l);
    if (l > 0) CHECK(layers[l].inputs == layers[l - 1].width());
    if (layers[l].kind == LayerKind::dense) continue;
    const ConvGeometry& g = layers[l].geometry;
    const bool transposed = layers[l].kind == LayerKind::transposed_conv;
    CHECK(layers[l].inputs == (transposed ? g.small_size() : g.large_size()));
    CHECK(layers[l].outputs == (transposed ? g.large_size() : g.small_size()));
    // Every place of the large image is seen by a patch of the small one.
    CHECK((g.small_width - 1) * g.stride_w + g.kernel_w - g.pad_w >= g.width);
    CHECK((g.small_height - 1) * g.stride_h + g.kernel_h - g.pad_h >= g.height);
    CHECK((g.pad_w < g.kernel_w && g.pad_h < g.kernel_h));
  }
}

void check_pair(const TrainConfig& config, const TrialShape& trial, std::int64_t conditions = 0) {
  check_chain(g_of(config, trial, conditions), config.latent + conditions, trial.size());
  const Layers d = d_of(config, trial, conditions);
  const bool projects = d.back().conditions > 0;
  check_chain(d, config.pack * (trial.size() + (projects ? 0 : conditions)), 1);
}

/// G's images are D's, the other way round.
void check_mirrored(const TrainConfig& config, const TrialShape& trial) {
  std::vector<TrialShape> up, down;
  const auto shapes = [](const Layers& layers, std::vector<TrialShape>& images) {
    for (const nn::LayerSpec& layer : layers) {
      if (layer.kind == LayerKind::dense) continue;
      const ConvGeometry& g = layer.geometry;
      images.push_back({g.height, g.width, 0});
      images.push_back({g.small_height, g.small_width, 0});
    }
  };
  shapes(g_of(config, trial), up);
  shapes(d_of(config, trial), down);
  REQUIRE(up.size() == down.size());
  for (std::size_t i = 0; i < up.size(); i += 2) {
    const std::size_t j = down.size() - 2 - i;
    CHECK((up[i].height == down[j].height && up[i].width == down[j].width));
    CHECK((up[i + 1].height == down[j + 1].height && up[i + 1].width == down[j + 1].width));
  }
}

TrainConfig net(const std::string& name) {
  TrainConfig config = preset("default");
  config.net = vgan::read_word<vgan::NetKind>(name);
  return config;
}

}  // namespace

TEST_CASE("layer lists are read item by item", "[engine][architecture]") {
  CHECK(parse_layers("g-net", "").empty());
  const auto items = parse_layers("g-net", "dense:7x5x128:bn, up:64:k4:s3 ,conv:8,dense:10");
  REQUIRE(items.size() == 4);
  CHECK((items[0].kind == LayerItem::Kind::dense && items[0].height == 7 && items[0].width == 5 &&
         items[0].size == 128 && items[0].normalised));
  CHECK((items[1].kind == LayerItem::Kind::up && items[1].size == 64 && items[1].kernel == 4 &&
         items[1].stride == 3 && !items[1].normalised));
  CHECK((items[2].kind == LayerItem::Kind::conv && items[2].kernel == 0 && items[2].stride == 2));
  CHECK((items[3].kind == LayerItem::Kind::dense && items[3].height == 0 && items[3].size == 10));
}

TEST_CASE("a layer that cannot be read is named", "[engine][architecture]") {
  for (const char* bad : {"dense",
                          "dense:",
                          "dense:0",
                          "dense:-1",
                          "dense:1.5",
                          "dense:1e3",
                          "dense:x",
                          "dense:4x4",
                          "dense:4x4x0",
                          "dense:4x4x4x4",
                          "dense:99999999999999999999",
                          "dense:2000000",
                          "dense:1048576x1048576x1",
                          "dense:1024x1024x1024",
                          "dense:8:k3",
                          "dense:8:s2",
                          "dense:8:x",
                          "conv:8x8x8",
                          "conv:8:k",
                          "conv:8:k0",
                          "conv:8:k65",
                          "conv:8:s",
                          "conv:8:s65",
                          "conv:8:s-1",
                          "conv:8:BN",
                          "conv:8:",
                          "conv :8",
                          "pool:2",
                          ":8",
                          "8",
                          "up"}) {
    INFO(bad);
    CHECK_THAT(refusal([&] { parse_layers("g-net", bad); }),
               ContainsSubstring("g-net") && ContainsSubstring("'" + std::string(bad) + "'"));
    CHECK_THAT(refusal([&] { parse_layers("d-net", "dense:8," + std::string(bad)); }),
               ContainsSubstring("d-net") && ContainsSubstring("'" + std::string(bad) + "'"));
  }
  for (const char* bad : {" ", ",", "dense:8,", ",dense:8", "dense:8,,dense:8"}) {
    INFO(bad);
    CHECK_THAT(refusal([&] { parse_layers("g-net", bad); }), ContainsSubstring("found ''"));
  }
  std::string many = "dense:1";
  for (int i = 0; i < 64; ++i) many += ",dense:1";
  CHECK_THAT(refusal([&] { parse_layers("g-net", many); }), ContainsSubstring("65 layers"));
}

TEST_CASE("images of every usual size have a pair of convolutional nets",
          "[engine][architecture]") {
  for (const std::int64_t side : {4, 8, 12, 20, 28, 32, 36, 64, 96, 128}) {
    for (const std::int64_t channels : {1, 2, 3}) {
      INFO(side << " x " << side << " x " << channels);
      check_pair(net("conv"), {side, side, channels});
      check_pair(net("conv"), {side, 2 * side, channels}, 10);
      for (const std::int64_t kernel : {2, 3, 5, 6}) {
        TrainConfig config = net("conv");
        config.kernel = kernel;
        config.pack = 2;
        config.minibatch_stddev = 4;
        check_pair(config, {side, side, channels});
      }
    }
  }
  const Layers g = g_of(net("conv"), {28, 28, 1});
  CHECK(nn::layers_text(g) == "100-7x7x128-14x14x64-28x28x1");
  CHECK((g[0].normalised == 128 && g[1].normalised == 64 && g[2].normalised == 0));
  CHECK(nn::layers_text(d_of(net("conv"), {28, 28, 1})) == "28x28x1-14x14x64-6272-1");
}

TEST_CASE("images of any sides have a pair of convolutional nets", "[engine][architecture]") {
  const auto check_shape = [](const TrialShape& trial) {
    INFO(trial.height << " x " << trial.width << " x " << trial.channels);
    check_pair(net("conv"), trial);
    check_mirrored(net("conv"), trial);
    TrainConfig packed = net("conv");
    packed.pack = 2;
    packed.minibatch_stddev = 4;
    check_pair(packed, trial);
    check_pair(preset("conv"), trial, 3);
    for (const std::int64_t kernel : {2, 3, 5, 8}) {
      TrainConfig config = net("conv");
      config.kernel = kernel;
      config.g_layers = {8, 4, 2};
      config.d_layers = {2, 4, 8};
      check_pair(config, trial, 3);
      check_mirrored(config, trial);
    }
  };
  for (std::int64_t height = 1; height <= 41; ++height) {
    for (const std::int64_t width : {1, 2, 3, 4, 5, 7, 16, 25, 28, 29, 64, 67, 100}) {
      check_shape({height, width, 1});
    }
  }
  for (const std::int64_t side : {63, 65, 99, 101, 127, 251}) check_shape({side, side, 3});
  CHECK(nn::layers_text(g_of(net("conv"), {40, 25, 1})) == "100-10x7x128-20x13x64-40x25x1");
  CHECK(nn::layers_text(d_of(net("conv"), {40, 25, 1})) == "40x25x1-20x13x64-8960-1");
}

TEST_CASE("how often nets halve an image where nobody says", "[engine][architecture]") {
  const auto layers = [](std::int64_t height, std::int64_t width) {
    return resolved(net("conv"), {height, width, 1}).d_layers;
  };
  using Channels = std::vector<std::int64_t>;
  // Checkpoints name their layers, but these are what users know the net by.
  for (const std::int64_t side : {4, 12, 20, 28, 36, 100}) {
    CHECK(layers(side, side) == Channels{64, 128});
  }
  for (const std::int64_t side : {8, 16, 32, 40, 72}) {
    CHECK(layers(side, side) == Channels{64, 128, 256});
  }
  for (const std::int64_t side : {64, 80, 128}) {
    CHECK(layers(side, side) == Channels{32, 64, 128, 256});
  }
  for (const std::int64_t side : {3, 5, 6, 25, 30, 31}) {
    CHECK(layers(side, side) == Channels{64, 128});
  }
  CHECK(layers(40, 25) == Channels{64, 128});
  CHECK(layers(7, 100) == Channels{64, 128});
  CHECK(layers(33, 50) == Channels{64, 128, 256});
  CHECK(layers(101, 65) == Channels{32, 64, 128, 256});
  CHECK(layers(1, 300) == Channels{64, 128});
  CHECK(layers(2, 2) == Channels{64});
  CHECK(layers(1, 1) == Channels{64});
}

TEST_CASE("curves of any length have a pair of convolutional nets", "[engine][architecture]") {
  for (std::int64_t length = 2; length <= 200; ++length) {
    INFO("length " << length);
    check_pair(net("conv1d"), {1, length, 1});
    check_pair(net("conv1d"), {1, length, 2}, 3);
    check_pair(net("conv1d"), {length, 1, 1});
    check_pair(net("conv1d"), {length, 3, 2});
    TrainConfig config = net("conv1d");
    config.pack = 2;
    check_pair(config, {1, length, 1});
    config.kernel = 3;
    check_pair(config, {length, 2, 1});
  }
  for (const std::int64_t length : {1, 2, 3, 4, 257, 1009, 7919}) {
    for (const std::int64_t channels : {1, 5, 37, 4096}) {
      INFO("length " << length << ", " << channels << " channels");
      check_pair(net("conv1d"), {1, length, channels}, 2);
      check_mirrored(net("conv1d"), {1, length, channels});
    }
  }
  TrainConfig deep = net("conv1d");  // what has come down to one sample stays one
  deep.g_layers = deep.d_layers = {8, 8, 8};
  check_pair(deep, {1, 4, 1});
  check_pair(deep, {1, 1, 3});
  CHECK(nn::layers_text(g_of(net("conv1d"), {1, 37, 5})) == "100-1x5x128-1x10x64-1x19x32-1x37x5");
}

TEST_CASE("listed layers make a pair", "[engine][architecture]") {
  TrainConfig config = net("mlp");
  config.g_net = "dense:64,dense:7x7x16:bn,up:8:bn,conv:8:s1:k3,conv:6:s1";
  config.d_net = "conv:8,conv:8:s1:k3,dense:16";
  check_pair(config, {28, 28, 1}, 4);
  const Layers g = g_of(config, {28, 28, 1});
  REQUIRE(g.size() == 6);
  CHECK((g[1].normalised == 16 && g[2].normalised == 8 && g[3].normalised == 0));
  CHECK(g[5].kind == LayerKind::transposed_conv);
  CHECK(g[5].activation == Activation::tanh);
  CHECK(g[4].activation == Activation::leaky_relu);
  CHECK(d_of(config, {28, 28, 1}, 4).back().conditions == 4);
  CHECK(d_of(config, {28, 28, 1}, 4).back().inputs == 16);

  config.g_net = "dense:28x28x2";  // a last convolution that keeps the size
  check_pair(config, {28, 28, 3});
  config.g_net = "dense:1x1x32,up:16:s7:k7,up:8";  // from one pixel up
  check_pair(config, {28, 28, 1});
  config.g_net = "dense:30";
  check_pair(config, {28, 28, 1});
  config.g_net = "dense:1x7x8,up:4";
  config.d_net = "conv:4:k8,conv:4:k8:s3";
  check_pair(config, {1, 28, 1});
  // Half of an odd side, rounded up as it is in the nets' own layers.
  config.net = vgan::NetKind::conv1d;
  config.d_net = "conv:4,conv:8";
  for (const char* odd : {"dense:1x94x8:bn", "dense:1x47x8,up:4", "dense:1x187x4"}) {
    config.g_net = odd;
    check_pair(config, {1, 187, 1});
  }
  config.net = vgan::NetKind::mlp;
  config.g_net = "dense:15x8x4";
  check_pair(config, {29, 15, 1});
  config.g_net = "dense:1x93x8";
  CHECK_THAT(refusal([&] {
               g_of(config, {1, 187, 1});
             }),
             ContainsSubstring("1 x 187, the trial's, or 1 x 94, half of that"));

  // Doubled sides that the trial's, halved and rounded up, are one short of.
  config.g_net = "dense:10x7x8,up:4";
  check_pair(config, {40, 25, 1});
  CHECK(nn::layers_text(g_of(config, {40, 25, 1})) == "100-10x7x8-20x13x4-40x25x1");
  config.g_net = "dense:5x4x8,up:8,conv:8:s1:k3,up:4";
  check_pair(config, {40, 25, 1});
  config.g_net = "dense:10x7x8,up:8,up:4";  // and a last layer that keeps the sides
  check_pair(config, {40, 25, 1});
  config.g_net = "dense:3x2x8,up:8:s3,up:4:s5:k5";
  check_pair(config, {40, 25, 1});
  config.g_net = "dense:1x10x8,up:8,up:4";
  check_pair(config, {1, 75, 3});

  config.g_net = "dense:5x5x8,up:4";
  CHECK_THAT(refusal([&] {
               g_of(config, {28, 28, 1});
             }),
             ContainsSubstring("an image of 10 x 10 at its end") &&
                 ContainsSubstring("28 x 28, the trial's, or 14 x 14, half of that") &&
                 ContainsSubstring("dense:7x7x8 in place of dense:5x5x8 ends at 14 x 14"));
  config.g_net = "dense:7x7x8,up:4";  // as advised
  check_pair(config, {28, 28, 1});
  config.g_net = "dense:16,dense:10x6x8,conv:8:s1,up:4";
  CHECK_THAT(refusal([&] {
               g_of(config, {40, 25, 1});
             }),
             ContainsSubstring("20 x 12 at its end") &&
                 ContainsSubstring("dense:10x7x8 in place of dense:10x6x8 ends at 20 x 13"));
  config.g_net = "dense:16,dense:10x7x8,conv:8:s1,up:4";
  check_pair(config, {40, 25, 1});
  config.g_net = "dense:9x9x8,conv:8";  // what comes before a stride is not known
  CHECK_THAT(refusal([&] {
               g_of(config, {28, 28, 1});
             }),
             ContainsSubstring("the last layer, which is added, doubles or keeps it"));
  config.g_net = "up:8";
  CHECK_THAT(refusal([&] {
               g_of(config, {28, 28, 1});
             }),
             ContainsSubstring("without a shape") && ContainsSubstring("dense:HxWxC"));
  config.net = vgan::NetKind::conv1d;
  config.g_net = "dense:3x7x8";  // three rows are no half of a curve
  CHECK_THAT(refusal([&] { g_of(config, {1, 14, 1}); }), ContainsSubstring("3 x 7 at its end"));
  config.d_net = "up:8";
  CHECK_THAT(refusal([&] { d_of(config, {1, 14, 1}); }), ContainsSubstring("a layer 'up'"));
  config.d_net = "conv:8:bn";
  CHECK_THAT(refusal([&] {
               d_of(config, {1, 14, 1});
             }),
             ContainsSubstring("without batch normalisation"));
}

TEST_CASE("images too large to count are refused", "[engine][architecture]") {
  const auto refused = [](const char* g_net, const char* d_net, const TrialShape& trial) {
    TrainConfig config = preset("default");
    config.g_net = g_net;
    config.d_net = d_net;
    config.pack = 64;
    INFO(g_net << " | " << d_net);
    if (*g_net != '\0')
      CHECK_THAT(refusal([&] { g_of(config, trial); }),
                 ContainsSubstring("2^28") && ContainsSubstring("bad setting: g-net:"));
    if (*d_net != '\0')
      CHECK_THAT(refusal([&] { d_of(config, trial); }),
                 ContainsSubstring("2^28") && ContainsSubstring("bad setting: d-net:"));
  };
  const std::int64_t big = 1 << 20;
  refused("dense:512x512x1,up:1:s64,up:1:s64,up:1:s64,up:1:s64,up:1:s64", "", {28, 28, 1});
  refused("dense:1024x1024x1,up:1048576", "", {28, 28, 1});
  refused("", "conv:1048576:s1,conv:1048576:s1:k64", {big, big, 3});
  TrainConfig config = net("conv");
  config.g_layers = config.d_layers = {big, big};
  config.pack = 64;
  CHECK_THAT(refusal([&] { g_of(config, {big, big, 3}); }), ContainsSubstring("2^28"));
  CHECK_THAT(refusal([&] { d_of(config, {big, big, 3}); }), ContainsSubstring("2^28"));
  config = preset("default");
  config.g_net = "dense:512x512x1024,dense:512x512x1024";
  CHECK_THAT(refusal([&] {
               g_of(config, {28, 28, 1});
             }),
             ContainsSubstring("2^40") && ContainsSubstring("bad setting: g-net:"));
}

TEST_CASE("D sees packs, a statistic and conditions", "[engine][architecture]") {
  TrainConfig config = preset("default");
  config.d_layers = {8, 4};
  config.pack = 3;
  config.minibatch_stddev = 2;
  config.spectral_norm = true;
  const Layers d = d_of(config, {2, 3, 1}, 5);
  REQUIRE(d.size() == 3);
  CHECK(d[0].inputs == 3 * (6 + 5));
  CHECK((d[0].stddev_group == 0 && d[1].stddev_group == 2 && d[1].width() == 5));
  CHECK((d[2].inputs == 5 && d[2].outputs == 1 && d[2].conditions == 0));
  for (const nn::LayerSpec& layer : d) CHECK(layer.spectral);
  // 33 x 8 + 8, 8 x 4 + 4, 5 x 1 + 1; u and v are not trained.
  CHECK(nn::parameter_count(d) == 272 + 36 + 6);
  CHECK(nn::multiplication_count(d) == 272 + 36 + 6);

  config.net = vgan::NetKind::conv;
  config.pack = 2;
  config.d_layers = {4, 6};
  CHECK_THAT(refusal([&] {
               d_of(config, {8, 8, 1}, 5);
             }),
             ContainsSubstring("pack") && ContainsSubstring("convolutional D sees conditions"));
  CHECK(d_of(config, {8, 8, 1})[0].geometry.height == 16);
  config.pack = 1;
  const Layers projected = d_of(config, {8, 8, 1}, 5);
  REQUIRE(projected.size() == 4);  // the statistic has a dense layer of 128
  CHECK((projected[2].stddev_group == 2 && projected[2].outputs == 128));
  CHECK((projected[3].conditions == 5 && projected[3].inputs == 128 + 1));
  // 16 x 4 + 4, 64 x 6 + 6, 24 x 128 + 128, 129 + 1, and the embedding 5 x 129.
  CHECK(nn::parameter_count(projected) == 68 + 390 + 3200 + 130 + 645);
  // The convolutions' results have 4 x 4 and 2 x 2 positions.
  CHECK(nn::multiplication_count(projected) == 16 * 68 + 4 * 390 + 3200 + 130 + 645);
  for (const nn::LayerSpec& layer : g_of(config, {8, 8, 1}, 5)) CHECK_FALSE(layer.spectral);
}

TEST_CASE("batch normalisation is G's alone, by default where it convolves",
          "[engine][architecture]") {
  const auto normalised = [](const std::string& name, const std::string& norm) {
    TrainConfig config = net(name);
    config.norm = vgan::read_word<vgan::NormKind>(norm);
    for (const nn::LayerSpec& layer : d_of(config, {8, 8, 1})) CHECK(layer.normalised == 0);
    const Layers g = g_of(config, {8, 8, 1});
    CHECK(g.back().normalised == 0);
    return g.front().normalised;
  };
  CHECK(normalised("mlp", "auto") == 0);
  CHECK(normalised("mlp", "batch") == 256);
  CHECK(normalised("conv", "auto") == 256);
  CHECK(normalised("conv", "none") == 0);
}

TEST_CASE("an encoder is D's trunk", "[engine][architecture]") {
  for (const char* name : {"mlp", "conv"}) {
    TrainConfig config = net(name);
    config.latent = 6;
    config.model = vgan::ModelKind::vae;
    const Layers e = encoder_layers(resolved(config, {8, 8, 1}), {8, 8, 1});
    check_chain(e, 64, 12);
    CHECK(e.back().activation == Activation::identity);
    config.model = vgan::ModelKind::ae;
    check_chain(encoder_layers(resolved(config, {8, 8, 1}), {8, 8, 1}), 64, 6);
    CHECK(resolved(config, {8, 8, 1}).output == vgan::OutputKind::sigmoid);
    config.likelihood = vgan::LikelihoodKind::gaussian;
    CHECK(resolved(config, {8, 8, 1}).output == vgan::OutputKind::linear);
  }
}

TEST_CASE("output and latent-mixture follow the trials where they are left to them",
          "[architecture]") {
  TrainConfig config = net("mlp");
  config.output = vgan::OutputKind::automatic;
  CHECK(resolved(config, {8, 8, 1}, false).output == vgan::OutputKind::tanh);
  CHECK(resolved(config, {8, 8, 1}, true).output == vgan::OutputKind::linear);
  config.latent_mixture = 0;
  CHECK(resolved(config, {1, 16, 1}, true).latent_mixture == 100);
  CHECK(resolved(config, {1, 17, 1}, true).latent_mixture == 1);
  CHECK(resolved(config, {1, 16, 1}, false).latent_mixture == 1);
  CHECK(preset("stable").latent_mixture == 0);
  CHECK(preset("ae").latent_mixture == 0);
  CHECK(preset("default").latent_mixture == 1);
  CHECK(preset("vae").latent_mixture == 1);
  config.output = vgan::OutputKind::sigmoid;
  CHECK(resolved(config, {8, 8, 1}, true).output == vgan::OutputKind::sigmoid);
  config.latent_deviation = 0.5;
  CHECK(resolved(config, {1, 2, 1}, true).latent_deviation == 0.5);
  CHECK_THAT(refusal([&] {
               (void)resolved(config, {1, 2, 1}, false);
             }),
             ContainsSubstring("latent-deviation: found 0.5;"));
  TrainConfig ae = preset("ae");
  CHECK(resolved(ae, {28, 28, 1}, false, 60000).latent_mixture == 32);
  CHECK(resolved(ae, {1, 2, 1}, true, 1000).latent_mixture == 6);
  CHECK(resolved(ae, {8, 8, 1}, false, 100).latent_mixture == 1);
  ae.latent_mixture = 2;
  CHECK(resolved(ae, {28, 28, 1}, false, 60000).latent_mixture == 2);
  TrainConfig vae = preset("vae");
  vae.latent_mixture = 0;
  CHECK(resolved(vae, {1, 2, 1}, true).latent_mixture == 1);
}

TEST_CASE("settings that contradict each other are refused by name", "[engine][config]") {
  const auto said = [](const std::string& toml) {
    return refusal([&] { validate(parse_config(toml, "x")); });
  };
  const auto fine = [](const std::string& toml) {
    return outcome_of([&] { validate(parse_config(toml, "x")); }).code == 0;
  };
  CHECK_THAT(said("pack = 3"),
             ContainsSubstring("pack") && ContainsSubstring("a divisor of the batch, 128"));
  CHECK_THAT(said("pack = 65\nbatch = 65"), ContainsSubstring("1 to 64"));
  CHECK_THAT(said("minibatch-stddev = 1"), ContainsSubstring("0 (off), or 2 and more"));
  CHECK_THAT(said("minibatch-stddev = 3"), ContainsSubstring("divide the 128 rows"));
  CHECK_THAT(said("minibatch-stddev = 128\npack = 2"), ContainsSubstring("divide the 64 rows"));
  CHECK(fine("minibatch-stddev = 64\npack = 2"));
  CHECK_THAT(said("conditional = true\nconditions = \"a.npy\""),
             ContainsSubstring("one of the two"));
  CHECK_THAT(said("conditional = true\nmodel = \"vae\""),
             ContainsSubstring("conditional") && ContainsSubstring("model gan"));
  CHECK_THAT(said("conditions = \"a.npy\"\nmodel = \"ae\""),
             ContainsSubstring("conditions") && ContainsSubstring("model gan"));
  for (const char* loss : {"hinge", "wgan-gp"}) {
    CHECK_THAT(said("label-smoothing = 0.9\nloss = \"" + std::string(loss) + "\""),
               ContainsSubstring("label-smoothing") && ContainsSubstring(loss));
  }
  CHECK(fine("label-smoothing = 0.9\nloss = \"lsgan\""));
  CHECK_THAT(said("augment = \"colour\""), ContainsSubstring("did you mean 'color'"));
  CHECK_THAT(said("augment = \"color,,cutout\""), ContainsSubstring("found ''"));
  CHECK_THAT(said("augment = \"color,\""), ContainsSubstring("found ''"));
  CHECK_THAT(said("g-net = \"dense\""), ContainsSubstring("g-net"));
  CHECK_THAT(said("d-net = \" \""), ContainsSubstring("d-net"));
  CHECK_THAT(said("kernel = 65"), ContainsSubstring("0 to 64"));
  CHECK_THAT(said("n-critic = 0"), ContainsSubstring("n-critic"));
  CHECK_THAT(said("gp = -1"), ContainsSubstring("0 (none) to 1e6"));
  CHECK_THAT(said("beta = nan"), ContainsSubstring("beta"));
  CHECK_THAT(said("latent-mixture = 1025"), ContainsSubstring("0 to 1024"));
  CHECK_THAT(said("lr-end = 1.5"), ContainsSubstring("0 to 1"));
  CHECK_THAT(said("lr-schedule = \"cos\""), ContainsSubstring("constant, linear, cosine"));
  CHECK_THAT(said("model = \"gna\""), ContainsSubstring("gan, vae, ae"));
  CHECK_THAT(said("net = \"cnn\""), ContainsSubstring("mlp, conv, conv1d"));
  CHECK_THAT(said("norm = \"layer\""), ContainsSubstring("auto, batch, none"));
  CHECK_THAT(said("loss = \"wgan\""), ContainsSubstring("wgan-gp"));
  CHECK_THAT(said("likelihood = \"normal\""), ContainsSubstring("bernoulli, gaussian"));
  // A warm-up of 2^64 - 1 steps would have no number of steps after it.
  for (const char* name : {"warmup", "kl-warmup"}) {
    CHECK_THAT(said(std::string(name) + " = 9223372036854775807"),
               ContainsSubstring(name) && ContainsSubstring("2^50"));
  }
}

TEST_CASE("a resolved config is read back from TOML and makes the same networks",
          "[engine][architecture]") {
  for (const ModelRun& run : model_runs()) {
    INFO(run.name);
    const TrialShape trial = run.trials.shape;
    const TrainConfig config = resolved(run.config, trial);
    const TrainConfig back = parse_config(print_config(config, false), "x");
    CHECK_NOTHROW(validate(back));
    CHECK(print_config(back, false) == print_config(config, false));
    CHECK(nn::layers_text(generator_layers(back, trial, 3)) ==
          nn::layers_text(g_of(run.config, trial, 3)));
  }
}
