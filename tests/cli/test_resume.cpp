// A run that was killed or stopped goes on as if nothing had been.
#ifdef VGAN_BINARY

#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;

namespace {

// Long enough to be caught in the middle; checkpoints often enough to go on from there.
const Words long_run = {"--epochs", "1000", "--save-every", "40", "--sample-every", "0"};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Starts a run and sends it `signal_number` once it has told of epoch 500 of 1000.
CommandResult interrupted(const TinyRuns& runs, const std::string& out, int signal_number,
                          const Words& more = {}) {
  Command command(runs.path(), TinyRuns::words(out, with(long_run, more)));
  const bool half_way =
      command.wait_until([&] { return command.out().find("epoch 500/") != std::string::npos; });
  command.send(signal_number);
  const CommandResult result = command.wait();
  INFO(result.out << result.err);
  CHECK(half_way);
  return result;
}

void require_whole_run(const TinyRuns& runs, const std::string& out, std::size_t epochs) {
  const auto metrics = runs.metrics(out);
  REQUIRE(metrics.size() == epochs);
  for (std::size_t i = 0; i < epochs; ++i) REQUIRE(metrics[i]["epoch"] == i + 1);
}

}  // namespace

TEST_CASE("cli: kill -9 and --resume equal an uninterrupted run byte for byte") {
  const TinyRuns runs;
  const std::string threads = GENERATE("1", "2");
  REQUIRE(runs.run("whole", with(long_run, {"--threads", threads})).exit_code == 0);

  const CommandResult killed = interrupted(runs, "killed", SIGKILL, {"--threads", threads});
  REQUIRE(killed.signal_number == SIGKILL);
  const auto saved = runs.newest("killed");
  CHECK(std::stoul(saved.checkpoint.metadata.at("epoch")) < 1000);

  const CommandResult resumed = run_vgan(runs.path(), {"--resume", "killed"});
  INFO(resumed.out << resumed.err);
  REQUIRE(resumed.exit_code == 0);
  CHECK_THAT(resumed.out, ContainsSubstring("resumed after epoch " +
                                            saved.checkpoint.metadata.at("epoch") + "\n"));
  CHECK(same_tensors(runs.newest("whole").checkpoint, runs.newest("killed").checkpoint));
  CHECK(file_text(runs.path() / "whole/samples.npy") ==
        file_text(runs.path() / "killed/samples.npy"));
  require_whole_run(runs, "killed", 1000);
}

TEST_CASE("cli: the numbers of a run do not depend on the number of threads") {
  const TinyRuns runs;
  REQUIRE(runs.run("one", {"--threads", "1", "--epochs", "20"}).exit_code == 0);
  REQUIRE(runs.run("two", {"--threads", "2", "--epochs", "20"}).exit_code == 0);
  CHECK(same_tensors(runs.newest("one").checkpoint, runs.newest("two").checkpoint));
}

TEST_CASE("cli: SIGINT and SIGTERM save, say how to go on, and exit 75") {
  const TinyRuns runs;
  const int signal_number = GENERATE(SIGINT, SIGTERM);
  const CommandResult stopped = interrupted(runs, "stopped", signal_number);
  INFO(stopped.out << stopped.err);
  REQUIRE(stopped.exit_code == 75);
  CHECK(is_one_complaint(stopped.err));
  const auto saved = runs.newest("stopped");
  const std::string epoch = saved.checkpoint.metadata.at("epoch");
  CHECK_THAT(stopped.err, ContainsSubstring("after epoch " + epoch + ":"));
  CHECK_THAT(stopped.err, ContainsSubstring(saved.file.filename().string()));
  CHECK_THAT(stopped.err, ContainsSubstring(vgan_binary() + " train --resume stopped\n"));
  // No epoch was begun after the one in which the signal came.
  CHECK(runs.metrics("stopped").size() == std::stoul(epoch));

  REQUIRE(runs.run("whole", long_run).exit_code == 0);
  REQUIRE(run_vgan(runs.path(), {"train", "--resume", "stopped"}).exit_code == 0);
  CHECK(same_tensors(runs.newest("whole").checkpoint, runs.newest("stopped").checkpoint));
  require_whole_run(runs, "stopped", 1000);
}

TEST_CASE("cli: a stop is quick, whatever the length of the run") {
  const TinyRuns runs;
  Command command(runs.path(), TinyRuns::words("a", {"--epochs", "100000000", "--quiet"}));
  REQUIRE(command.wait_until(
      [&] { return std::filesystem::exists(runs.path() / "a/samples/epoch-00000000.png"); }));
  const auto start = std::chrono::steady_clock::now();
  command.send(SIGTERM);
  const CommandResult result = command.wait();
  CHECK(result.exit_code == 75);
  CHECK(result.out.empty());
  CHECK(is_one_complaint(result.err));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("cli: one Ctrl-C may arrive twice; a second one kills at once") {
  const TinyRuns runs;
  // The first epoch, of a thousand updates of a wide D, takes seconds on any processor.
  Command command(runs.path(),
                  {"--data", "digits", "--g-layers", "2048,2048,2048", "--d-layers", "2048,2048",
                   "--batch", "2048", "--n-critic", "1000", "--device", "cpu", "--quiet"});
  REQUIRE(command.wait_until([&] { return command.catches(SIGINT); }));
  command.send(SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  command.send(SIGINT);  // as timeout(1) does it: to the process and to its group
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  CHECK(command.is_running());
  command.send(SIGINT);
  CHECK(command.wait().signal_number == SIGINT);
}

TEST_CASE("cli: --resume without a name takes the newest run, and may lengthen it") {
  const TinyRuns runs;
  for (int i = 0; i < 2; ++i) REQUIRE(runs.run("").exit_code == 0);
  const CommandResult longer = run_vgan(runs.path(), {"--resume", "--epochs", "8"});
  INFO(longer.err);
  REQUIRE(longer.exit_code == 0);
  require_whole_run(runs, "runs/0001", 3);
  require_whole_run(runs, "runs/0002", 8);
  REQUIRE(runs.run("eight", {"--epochs", "8"}).exit_code == 0);
  CHECK(same_tensors(runs.newest("eight").checkpoint, runs.newest("runs/0002").checkpoint));
}

TEST_CASE("cli: --resume refuses what a run cannot change, and other data") {
  const TinyRuns runs;
  REQUIRE(runs.run("a").exit_code == 0);
  const auto refuse = [&](const Words& words, int exit_code, const std::string& said) {
    const CommandResult result = run_vgan(runs.path(), words);
    INFO(result.err);
    CHECK(result.exit_code == exit_code);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(said));
  };
  refuse({"--resume", "a", "--ema", "0.5"}, 78, "ema: found 0.5");
  refuse({"--resume", "a", "--batch", "4"}, 78, "batch: found 4");
  refuse({"--resume", "a", "--preset", "article"}, 78, "preset: found article");
  refuse({"--resume", "nowhere"}, 74, "nowhere");
  write_tiny_images(runs.path() / "tiny.npy", 30);
  refuse({"--resume", "a", "--epochs", "5"}, 65, "cannot resume on other data");
  write_tiny_images(runs.path() / "tiny.npy", 5);  // fewer than a batch, which cannot change
  refuse({"--resume", "a", "--epochs", "5"}, 65, "cannot resume on other data");
}

TEST_CASE("cli: a damaged newest checkpoint is passed over, and said so") {
  const TinyRuns runs;
  const Words words = {"--epochs", "6", "--save-every", "2"};
  REQUIRE(runs.run("whole", words).exit_code == 0);
  REQUIRE(runs.run("a", words).exit_code == 0);
  const std::filesystem::path newest = runs.path() / "a/checkpoints/epoch-00000006.safetensors";
  std::filesystem::resize_file(newest, std::filesystem::file_size(newest) - 100);

  const CommandResult inspected = run_vgan(runs.path(), {"inspect", "a"});
  CHECK(inspected.exit_code == 0);
  CHECK_THAT(inspected.out, ContainsSubstring("passed over"));
  CHECK(run_vgan(runs.path(), {"inspect", newest.string()}).exit_code == 65);

  const CommandResult drawn = run_vgan(runs.path(), {"generate", "--model", "a", "--out", "s.npy"});
  CHECK(drawn.exit_code == 0);
  CHECK_THAT(drawn.out, ContainsSubstring("epoch-00000004.safetensors (epoch 4)"));
  CHECK_THAT(drawn.err, ContainsSubstring("epoch-00000006.safetensors"));

  const CommandResult resumed = run_vgan(runs.path(), {"--resume", "a"});
  INFO(resumed.out << resumed.err);
  REQUIRE(resumed.exit_code == 0);
  CHECK_THAT(resumed.err, ContainsSubstring("epoch-00000006.safetensors"));
  CHECK_THAT(resumed.out, ContainsSubstring("resumed after epoch 4\n"));
  CHECK(same_tensors(runs.newest("whole").checkpoint, runs.newest("a").checkpoint));
}

#endif
