#include "engine/compare/comparison_report.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/compare/comparison_file.hpp"
#include "engine/files/atomic_file.hpp"
#include "engine/pictures/comparison.hpp"
#include "engine/pictures/png.hpp"

namespace vgan {
namespace {

const char* const absent = "-";

std::string megabytes(std::uint64_t bytes) {
  return bytes == 0 ? absent : fixed_text(static_cast<double>(bytes) * 1e-6, 1) + " MB";
}

std::string percent(double share) { return fixed_text(100.0 * share, 1) + " %"; }

// "6.1 % (5)": the share and the name.
std::string smallest_class(const Assessment& quality) {
  const auto least = std::min_element(
      quality.classes.begin(), quality.classes.end(),
      [](const MeasuredPart& a, const MeasuredPart& b) { return a.samples < b.samples; });
  if (least == quality.classes.end()) return absent;
  return percent(least->samples) + " (" + shortened(least->name) + ")";
}

/// A column of a table of figures.
struct FigureColumn {
  const char* measure;
  const char* heading;
};

std::string figure(const Measure& measure, const std::optional<Estimate>& estimate) {
  if (!estimate) return absent;
  const bool share = measure.goal != MeasureGoal::lower || measure.name == "copies";
  return share ? fixed_text(estimate->value, 3) : general_text(estimate->value, 4);
}

const Measure* find(const std::vector<Measure>& measures, const char* name) {
  const auto found = std::find_if(measures.begin(), measures.end(),
                                  [&](const Measure& measure) { return measure.name == name; });
  return found == measures.end() ? nullptr : &*found;
}

using Side = std::optional<Estimate> Measure::*;

std::vector<std::string> figures_row(const std::string& name, const std::vector<Measure>& measures,
                                     const std::vector<FigureColumn>& columns, Side side) {
  std::vector<std::string> row = {name};
  for (const FigureColumn& column : columns) {
    const Measure* const measure = find(measures, column.measure);
    row.push_back(measure == nullptr ? absent : figure(*measure, measure->*side));
  }
  return row;
}

// A row for each model and floor; nothing where no column is measured of these trials.
std::optional<TextTable> figures_table(const Comparison& c, const std::string& heading,
                                       const std::vector<FigureColumn>& wanted) {
  std::vector<FigureColumn> columns;
  for (const FigureColumn& column : wanted) {
    if (find(c.floors, column.measure) != nullptr) columns.push_back(column);
  }
  if (columns.empty()) return std::nullopt;
  TextTable table = {{heading}};
  for (const FigureColumn& column : columns) table.front().emplace_back(column.heading);
  for (const ComparedModel& model : c.models) {
    table.push_back(figures_row(model.name,
                                model.quality ? model.quality->measures : std::vector<Measure>{},
                                columns, &Measure::samples));
    if (!model.quality) table.back()[1] = "diverged";
  }
  table.push_back(figures_row("real", c.floors, columns, &Measure::real));
  table.push_back(figures_row("resampled", c.floors, columns, &Measure::resampled));
  return table;
}

// Figures in the feature space, and what else there is of each model.
TextTable quality_table(const Comparison& c) {
  const std::vector<FigureColumn> columns = {
      {"frechet", "distance"}, {"precision", "precision"}, {"recall", "recall"}};
  TextTable table = figures_table(c, "quality", columns).value_or(TextTable{{"quality"}});
  table.front().insert(table.front().end(), {"smallest class", "reconstruction"});
  for (std::size_t row = 1; row < table.size(); ++row) {
    const ComparedModel* const model = row <= c.models.size() ? &c.models[row - 1] : nullptr;
    const bool measured = model != nullptr && model->quality.has_value();
    const bool reconstructed = model != nullptr && model->reconstruction.has_value();
    table[row].push_back(measured ? smallest_class(*model->quality) : absent);
    table[row].push_back(reconstructed ? general_text(*model->reconstruction, 4) : absent);
  }
  return table;
}

std::vector<TextTable> further_tables(const Comparison& c) {
  const std::vector<std::pair<std::string, std::vector<FigureColumn>>> wanted = {
      {"columns", {{"shape", "shape"}, {"trend", "trend"}, {"utility", "utility"}}},
      {"curves",
       {{"spectrum", "spectrum"}, {"autocorrelation", "autocorrelation"}, {"bands", "bands"}}},
      {"further",
       {{"c2st", "c2st"},
        {"kernel-distance", "kernel-distance"},
        {"mmd", "mmd"},
        {"density", "density"},
        {"coverage", "coverage"},
        {"class-difference", "class-difference"}}},
      {"copying",
       {{"dcr", "dcr"},
        {"near-copies", "near-copies"},
        {"dcr-share", "dcr-share"},
        {"copies", "copies"},
        {"membership", "membership"}}}};
  std::vector<TextTable> made;
  for (const auto& [heading, columns] : wanted) {
    if (auto table = figures_table(c, heading, columns)) made.push_back(std::move(*table));
  }
  return made;
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
  notes.push_back(
      "distance: the Frechet distance between Gaussians fitted to the features of samples and of "
      "the held-out trials. Features: " +
      c.space +
      ". It is no FID, whose features are those of "
      "an Inception network: compare it with the floors below the models.");
  notes.push_back(
      "real: training trials beside the held-out ones, of copying the held-out ones themselves; "
      "resampled: trials whose numbers are drawn each for itself. docs/quality.md explains each "
      "measure.");
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
  made += markdown_table(text.quality);
  for (const TextTable& table : text.further) made += markdown_table(table);
  made += markdown_table(text.time) + markdown_table(text.bytes);
  for (const std::string& note : text.notes) made += "- " + note + "\n";
  if (c.real) made += "\n![Real trials and samples of each model](comparison.png)\n";
  return made;
}

std::vector<std::string> lines_of(const std::vector<Measure>& measures, Side side) {
  const auto text = [&](const char* name) {
    const Measure* const measure = find(measures, name);
    return std::string(name) + " " +
           (measure == nullptr ? absent : figure(*measure, measure->*side));
  };
  return {text("frechet"), text("precision") + ", " + text("recall"), text("coverage")};
}

ComparisonPanel real_panel(const Comparison& c) {
  std::vector<std::string> lines = lines_of(c.floors, &Measure::real);
  lines.front() += " (training trials)";
  lines.push_back(grouped(c.training_trials) + " trials, " + grouped(c.held_out_trials) +
                  " held out");
  return {"real trials", lines, *c.real};
}

ComparisonPanel panel(const ComparedModel& model) {
  std::vector<std::string> lines = lines_of(model.quality->measures, &Measure::samples);
  if (!model.quality->classes.empty()) {
    lines.push_back("smallest class " + smallest_class(*model.quality));
  }
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
  return {{data, budget}, quality_table(c),  time_table(c),
          bytes_table(c), further_tables(c), notes_of(c)};
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
