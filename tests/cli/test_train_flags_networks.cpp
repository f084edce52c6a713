// Checks of the flags of networks, for test_train_flags.cpp.
#ifdef VGAN_BINARY

#include "tests/cli/train_flag_checks.hpp"

namespace vgan::testing {
namespace {

using Shape = std::vector<std::int64_t>;

const Checks checks = {
    {"model",
     [](const TinyRuns& runs) {
       CHECK(trained(runs, "a", {}).tensors.contains("d.0.weight"));
       const auto vae = trained(runs, "b", {"--model", "vae", "--latent", "5"});
       CHECK_FALSE(vae.tensors.contains("d.0.weight"));
       CHECK(shape(vae, "e.1.weight") == Shape{16, 10});  // mean | log variance
       CHECK(shape(trained(runs, "c", {"--model", "ae", "--latent", "5"}), "e.1.weight") ==
             Shape{16, 5});
       CHECK(runs.config("b").model == vgan::ModelKind::vae);
       const auto masked = trained_masked(runs, "d", {});
       CHECK(masked.tensors.contains("cells"));
       CHECK(shape(masked, "g.1.weight_in") == Shape{16, 32});
       CHECK_FALSE(masked.tensors.contains("d.0.weight"));
     }},
    {"net",
     [](const TinyRuns& runs) {
       const Words channels = {"--g-layers", "6", "--d-layers", "5"};
       const auto with = [&](const std::string& net) {
         Words words = channels;
         words.insert(words.end(), {"--net", net});
         return trained(runs, net, words);
       };
       CHECK(shape(with("mlp"), "d.0.weight") == Shape{64, 5});
       CHECK(shape(with("conv"), "d.0.weight") == Shape{4 * 4, 5});
       CHECK(shape(with("conv1d"), "d.0.weight") == Shape{8 * 8, 5});  // 8 columns are channels
     }},
    {"dropout",
     [](const TinyRuns& runs) {
       const auto none = trained_masked(runs, "a", {"--dropout", "0"});
       const auto half = trained_masked(runs, "b", {"--dropout", "0.5"});
       CHECK(distance(none, half, "g.1.weight_out") > 0.0);
       CHECK(runs.run("c", {"--dropout", "0.5"}).exit_code == 78);  // of a masked model alone
       CHECK(runs.run("d", {"--model", "masked", "--dropout", "1"}).exit_code == 78);
     }},
    {"folds",
     [](const TinyRuns& runs) {
       const auto one = trained_masked(runs, "a", {});
       const auto three = trained_masked(runs, "b", {"--folds", "3"});
       CHECK_FALSE(one.tensors.contains("g2.0.weight"));
       CHECK(three.tensors.contains("g3.0.weight"));
       CHECK_FALSE(three.tensors.contains("g4.0.weight"));
       CHECK(three.tensors.contains("left_out.margins"));
       CHECK(runs.run("c", {"--folds", "3"}).exit_code == 78);  // of a masked model alone
       const CommandResult many = runs.run("d", {"--model", "masked", "--folds", "9"});
       CHECK(many.exit_code == 78);
       CHECK_THAT(many.err, ContainsSubstring("2 to 4"));
     }},
    {"latent",
     [](const TinyRuns& runs) {
       CHECK(shape(trained(runs, "a", {"--latent", "7"}), "g.0.weight") ==
             std::vector<std::int64_t>{7, 16});
     }},
    {"g-layers",
     [](const TinyRuns& runs) {
       const auto made = trained(runs, "a", {"--g-layers", "9,11"});
       CHECK(shape(made, "g.1.weight") == std::vector<std::int64_t>{9, 11});
       CHECK(shape(made, "g.2.weight") == std::vector<std::int64_t>{11, 64});
     }},
    {"d-layers",
     [](const TinyRuns& runs) {
       const auto made = trained(runs, "a", {"--d-layers", "12,5"});
       CHECK(shape(made, "d.1.weight") == std::vector<std::int64_t>{12, 5});
       CHECK(shape(made, "d.2.weight") == std::vector<std::int64_t>{5, 1});
     }},
    {"output",
     [](const TinyRuns& runs) {
       const auto tanh = trained(runs, "a", {"--output", "tanh"});
       const auto sigmoid = trained(runs, "b", {"--output", "sigmoid"});
       const auto linear = trained(runs, "c", {"--output", "linear"});
       CHECK(distance(tanh, sigmoid, "g.1.weight") > 0.0);
       CHECK(distance(tanh, linear, "g.1.weight") > 0.0);
       CHECK_THAT(runs.run("d", {"--output", "sigmoid"}).out, ContainsSubstring(", sigmoid\n"));
       const CommandResult vae = runs.run("e", {"--model", "vae", "--output", "tanh"});
       CHECK(vae.exit_code == 78);  // a vae's follows from its likelihood
       CHECK_THAT(vae.err, ContainsSubstring("output: found tanh"));
     }},
    {"g-net",
     [](const TinyRuns& runs) {
       const auto made = trained(runs, "a", {"--g-net", "dense:4x4x3:bn,conv:5:s1:k3"});
       CHECK(shape(made, "g.0.weight") == Shape{100, 48});
       CHECK(shape(made, "g.0.gamma") == Shape{3});
       CHECK(shape(made, "g.1.weight") == Shape{27, 5});
       CHECK(shape(made, "g.2.weight") == Shape{4 * 4, 5});  // added: from 4 x 4 to 8 x 8
       CHECK(shape(made, "d.0.weight") == Shape{64, 16});
     }},
    {"d-net",
     [](const TinyRuns& runs) {
       const auto made = trained(runs, "a", {"--d-net", "conv:6:k3,dense:9"});
       CHECK(shape(made, "d.0.weight") == Shape{9, 6});
       CHECK(shape(made, "d.1.weight") == Shape{96, 9});
       CHECK(shape(made, "g.1.weight") == Shape{16, 64});
     }},
    {"kernel",
     [](const TinyRuns& runs) {
       const Words words = {"--net", "conv", "--g-layers", "6", "--d-layers", "5", "--kernel", "3"};
       const auto made = trained(runs, "a", words);
       CHECK(shape(made, "d.0.weight") == Shape{9, 5});
       CHECK(shape(made, "g.1.weight") == Shape{9, 6});
     }},
    {"norm",
     [](const TinyRuns& runs) {
       const auto batch = trained(runs, "a", {"--norm", "batch"});
       CHECK(shape(batch, "g.0.gamma") == Shape{16});
       CHECK_FALSE(batch.tensors.contains("d.0.gamma"));
       const Words conv = {"--net", "conv", "--g-layers", "6", "--d-layers", "5", "--norm", "none"};
       CHECK_FALSE(trained(runs, "b", conv).tensors.contains("g.0.gamma"));
       // A batch of one has statistics where there are several positions, and only there.
       for (const Words& alone : {Words{"--batch", "1", "--norm", "batch"},
                                  Words{"--batch", "1", "--g-net", "dense:16:bn"}}) {
         const CommandResult result = runs.run("x", alone);
         CHECK(result.exit_code == 78);
         CHECK_THAT(result.err, ContainsSubstring("a number minus its own mean is nothing"));
       }
       CHECK(runs.run("y", {"--g-net", "dense:4x4x6:bn,up:4", "--batch", "1"}).exit_code == 0);
     }},
    {"spectral-norm",
     [](const TinyRuns& runs) {
       const auto made = trained(runs, "a", {"--spectral-norm"});
       CHECK(shape(made, "d.0.u") == Shape{16});
       CHECK(shape(made, "d.0.v") == Shape{64});
       CHECK_FALSE(made.tensors.contains("g.0.u"));
       CHECK(distance(made, trained(runs, "b", {}), "d.0.weight") > 0.0);
     }},
    {"minibatch-stddev",
     [](const TinyRuns& runs) {
       const auto made = trained(runs, "a", {"--minibatch-stddev", "4"});
       CHECK(shape(made, "d.1.weight") == Shape{17, 1});
       CHECK(distance(made, trained(runs, "b", {"--minibatch-stddev", "2"}), "d.1.weight") > 0.0);
     }},
    {"pack",
     [](const TinyRuns& runs) {
       CHECK(shape(trained(runs, "a", {"--pack", "2"}), "d.0.weight") == Shape{128, 16});
       CHECK(shape(trained(runs, "b", {"--pack", "4"}), "d.0.weight") == Shape{256, 16});
     }},
};

}  // namespace

Checks network_checks() { return checks; }

}  // namespace vgan::testing

#endif
