#include "engine/compare/comparison_report.hpp"

#include <algorithm>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/compare/comparison_file.hpp"
#include "engine/files/atomic_file.hpp"
#include "engine/metrics/quality.hpp"
#include "engine/pictures/comparison.hpp"
#include "engine/pictures/png.hpp"

namespace vgan {
namespace {

const char* const absent = "-";

std::string megabytes(std::uint64_t bytes) {
  return bytes == 0 ? absent : fixed_text(static_cast<double>(bytes) * 1e-6, 1) + " MB";
}

std::string percent(double share) { return fixed_text(100.0 * share, 1) + " %"; }

// "6.1 % (5)": the share and the label.
std::string smallest_class(const Quality& quality) {
  if (!quality.classes) return absent;
  const std::size_t at = quality.classes->smallest();
  return percent(quality.classes->shares[at]) + " (" + std::to_string(quality.classes->labels[at]) +
         ")";
}

std::vector<std::string> quality_row(const std::string& name, const Quality& quality,
                                     std::optional<double> reconstruction) {
  return {name,
          general_text(quality.distance, 4),
          fixed_text(quality.precision, 2),
          fixed_text(quality.recall, 2),
          smallest_class(quality),
          reconstruction ? general_text(*reconstruction, 4) : absent};
}

TextTable quality_table(const Comparison& c) {
  TextTable table = {
      {"quality", "distance", "precision", "recall", "smallest class", "reconstruction"}};
  for (const ComparedModel& model : c.models) {
    if (model.quality) {
      table.push_back(quality_row(model.name, *model.quality, model.reconstruction));
    } else {
      table.push_back({model.name, "diverged", absent, absent, absent, absent});
    }
  }
  table.push_back(quality_row("training trials", c.training, std::nullopt));
  table.push_back(quality_row("resampled columns", c.resampled, std::nullopt));
  return table;
}

TextTable time_table(const Comparison& c) {
  TextTable table = {{"time", "epochs", "seconds", "epochs/s", "samples/s"}};
  for (const ComparedModel& model : c.models) {
    table.push_back(
        {model.name, grouped(model.epochs), fixed_text(model.seconds, 1),
         model.quality ? fixed_text(model.epochs_per_second, 1) : absent,
         model.quality ? grouped(static_cast<std::uint64_t>(model.samples_per_second)) : absent});
  }
  return table;
}

TextTable bytes_table(const Comparison& c) {
  TextTable table = {{"size", "parameters", "to sample", "checkpoint", "memory", "peak"}};
  for (const ComparedModel& model : c.models) {
    table.push_back({model.name, grouped(model.parameters), grouped(model.sampling_parameters),
                     megabytes(model.checkpoint_bytes), megabytes(model.planned_bytes),
                     megabytes(model.peak_bytes)});
  }
  return table;
}

std::vector<std::string> notes_of(const Comparison& c) {
  std::vector<std::string> notes;
  for (const ComparedModel& model : c.models) {
    if (!model.failure.empty()) notes.push_back(model.name + ": " + model.failure + ".");
  }
  notes.push_back("distance: the Frechet distance between Gaussians fitted to " +
                  std::to_string(c.components) + " principal components (" + percent(c.explained) +
                  " of the variance) of " + grouped(c.count) + " samples and of the held-out " +
                  "trials; " + of_unit(c) + ". This is not FID, whose features are a network's: " +
                  "compare it with the two floors below the models, training trials and columns " +
                  "resampled independently. docs/quality.md has a classifier's distances.");
  notes.push_back(
      "precision: the share of samples among the held-out trials, recall: of held-out "
      "trials among the samples (Kynkaanniemi et al. 2019, k = " +
      std::to_string(QualityJudge::neighbours) + ", up to " + grouped(QualityJudge::most_balls) +
      " of each side, the same components).");
  if (c.classes_right) {
    notes.push_back(
        "smallest class: the least share of samples of any label, by the nearest "
        "training trial, which is right for " +
        percent(*c.classes_right) + " of the held-out ones.");
  }
  const bool reconstructs = std::any_of(c.models.begin(), c.models.end(),
                                        [](const auto& m) { return m.reconstruction.has_value(); });
  if (reconstructs) {
    notes.push_back("reconstruction: mean squared error of the held-out trials; " +
                    (c.rows ? "the network's unit, squared" : of_unit(c)) + ".");
  }
  notes.push_back(
      "seconds: of training, checkpoints and pictures included. samples/s: into a file. "
      "to sample: the parameters that generate needs. memory: planned, of the device, "
      "for training. peak: resident in the host's memory meanwhile.");
  return notes;
}

std::string markdown_table(const TextTable& table) {
  std::string text;
  for (std::size_t row = 0; row < table.size(); ++row) {
    for (const std::string& cell : table[row]) text += "| " + cell + " ";
    text += "|\n";
    if (row > 0) continue;
    for (std::size_t i = 0; i < table[row].size(); ++i) text += i == 0 ? "|---" : "|--:";
    text += "|\n";
  }
  return text + "\n";
}

std::string markdown(const Comparison& c) {
  const ComparisonText text = comparison_text(c);
  std::string made = "# Models compared\n\n";
  for (const std::string& fact : text.facts) made += "- " + fact + "\n";
  made += "\n";
  for (const TextTable* table : {&text.quality, &text.time, &text.bytes}) {
    made += markdown_table(*table);
  }
  for (const std::string& note : text.notes) made += "- " + note + "\n";
  if (c.real) made += "\n![Real trials and samples of each model](comparison.png)\n";
  return made;
}

std::vector<std::string> lines_of(const Quality& quality) {
  std::vector<std::string> lines = {"distance " + general_text(quality.distance, 4),
                                    "precision " + fixed_text(quality.precision, 2) + ", recall " +
                                        fixed_text(quality.recall, 2)};
  if (quality.classes) lines.push_back("smallest class " + smallest_class(quality));
  return lines;
}

ComparisonPanel real_panel(const Comparison& c) {
  std::vector<std::string> lines = lines_of(c.training);
  lines.front() += " (training trials)";
  lines.push_back(grouped(c.training_trials) + " trials, " + grouped(c.held_out_trials) +
                  " held out");
  return {"real trials", lines, *c.real};
}

ComparisonPanel panel(const ComparedModel& model) {
  std::vector<std::string> lines = lines_of(*model.quality);
  if (model.reconstruction) {
    lines.push_back("reconstruction error " + general_text(*model.reconstruction, 4));
  }
  lines.push_back(grouped(model.epochs) + " epochs in " + fixed_text(model.seconds, 1) + " s, " +
                  grouped(static_cast<std::uint64_t>(model.samples_per_second)) + " samples/s");
  lines.push_back(grouped(model.parameters) + " parameters, checkpoint of " +
                  megabytes(model.checkpoint_bytes));
  return {model.name, lines, *model.samples};
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace

std::string of_unit(const Comparison& c) {
  if (c.rows && !c.pixels_are_bytes) return "columns in deviations of the training trials, squared";
  return c.pixels_are_bytes ? "pixels from 0 to 1, squared" : "the data's unit, squared";
}

ComparisonText comparison_text(const Comparison& c) {
  const std::string data = c.data + ": " + grouped(c.training_trials) + " trials to train on, " +
                           grouped(c.held_out_trials) + " held out";
  const std::string budget = c.budget + " of each model, batch " + std::to_string(c.batch) +
                             ", seed " + std::to_string(c.seed) + ", on " + c.device;
  return {{data, budget}, quality_table(c), time_table(c), bytes_table(c), notes_of(c)};
}

std::string plain_table(const TextTable& table) {
  std::vector<std::size_t> widths(table.front().size(), 0);
  for (const auto& row : table) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : table) {
    std::string line = row.front();
    line.resize(widths.front(), ' ');
    for (std::size_t i = 1; i < row.size(); ++i) {
      line += std::string(2 + widths[i] - row[i].size(), ' ') + row[i];
    }
    text += line + "\n";
  }
  return text;
}

void write_comparison(const Comparison& c) {
  write_text(c.folder / "comparison.md", markdown(c));
  write_comparison_file(c);
  if (!c.real) return;
  std::vector<ComparisonPanel> panels = {real_panel(c)};
  for (const ComparedModel& model : c.models) {
    if (model.samples) panels.push_back(panel(model));
  }
  write_png(c.folder / "comparison.png",
            draw_comparison(c.data + ": " + c.budget + " of each", panels));
}

}  // namespace vgan
