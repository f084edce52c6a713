#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/data/writers/table_writer.hpp"
#include "engine/pictures/png.hpp"
#include "engine/pictures/trial_pictures.hpp"
#include "engine/quality/table_rows.hpp"
#include "engine/report/charts.hpp"
#include "engine/report/curve_summary.hpp"
#include "engine/report/measure_words.hpp"
#include "engine/report/nearest_trials.hpp"
#include "engine/report/report_page.hpp"
#include "engine/report/sections.hpp"

namespace vgan {
namespace {

constexpr std::int64_t most_pairs_shown = 8;
constexpr std::size_t most_cells = 12;

/// A sample and the nearest of all trials that the run learnt, which lies in one of two sets where
/// half of them play the held-out ones.
struct Neighbour {
  NearestTrial pair;
  const Trials* real = nullptr;
};

std::vector<Neighbour> some_nearest(const RunTrials& trials) {
  std::vector<std::int64_t> of;
  const std::int64_t count = std::min(most_pairs_shown, trials.samples->count);
  for (std::int64_t i = 0; i < count; ++i) of.push_back(i);
  std::vector<Neighbour> found;
  for (const NearestTrial& one : nearest_trials(trials.training, *trials.samples, of)) {
    found.push_back({one, &trials.training});
  }
  if (!trials.learnt) return found;
  const auto others = nearest_trials(trials.held_out, *trials.samples, of, &trials.training);
  for (std::size_t i = 0; i < others.size(); ++i) {
    if (others[i].distance < found[i].pair.distance) found[i] = {others[i], &trials.held_out};
  }
  return found;
}

std::string png_of(const Trials& trials, std::int64_t trial) {
  TrialSheet sheet;
  sheet.columns = 1;
  sheet.rows = 1;
  const Picture picture = draw_real(trials.part(trial, 1), sheet);
  const std::vector<std::byte> bytes =
      std::visit([](const auto& image) { return encode_png(image); }, picture);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write_image_pairs(Html& html, const RunTrials& trials, const std::vector<Neighbour>& nearest) {
  html.open("ul", {{"class", "pairs"}});
  for (const auto& [pair, real] : nearest) {
    html.open("li").open("div", {{"class", "duo"}});
    write_picture(html, png_of(*trials.samples, pair.sample),
                  "Sample " + std::to_string(pair.sample + 1), "pixels");
    write_picture(html, png_of(*real, pair.trial), "The nearest training trial", "pixels");
    html.close().element("span", "distance " + figure_text(pair.distance)).close();
  }
  html.close();
}

void write_curve_pairs(Html& html, const RunTrials& trials, const std::vector<Neighbour>& nearest) {
  write_legend(html, {{"virtual", "virtual"}, {"real", "the nearest real one"}});
  html.open("div", {{"class", "charts three"}});
  for (const auto& [pair, nearest_real] : nearest) {
    const auto points = [](const std::vector<double>& values) {
      std::vector<SvgPoint> made;
      for (std::size_t i = 0; i < values.size(); ++i) {
        made.push_back({static_cast<double>(i), values[i]});
      }
      return made;
    };
    const std::vector<double> own = curve_of(*trials.samples, pair.sample, 0);
    const std::vector<double> real = curve_of(*nearest_real, pair.trial, 0);
    std::vector<double> both = own;
    both.insert(both.end(), real.begin(), real.end());
    SvgPlotStyle style = small_plot();
    style.height = 150.0;
    const std::string title =
        "sample " + std::to_string(pair.sample + 1) + ", distance " + figure_text(pair.distance);
    html.open("figure", {{"class", "chart small"}}).element("figcaption", title);
    SvgPlot plot(html, title, "", {0.0, static_cast<double>(own.size()) - 1.0},
                 widened(full_range(both), 0.06), style);
    plot.line(points(real), "real");
    plot.line(points(own), "virtual");
    plot.finish();
    html.close();
  }
  html.close();
}

std::string cell_text(const MeasuredColumn& column, std::int64_t row,
                      const std::vector<std::string>& words) {
  if (column.is_missing(row)) return "\xE2\x80\x93";
  const double value = column.values[static_cast<std::size_t>(row)];
  if (!column.words) return general_text(value, 5);
  const auto at = static_cast<std::size_t>(value);
  return at < words.size() ? words[at] : "word " + std::to_string(at + 1);
}

void write_row_pairs(Html& html, const RunStudy& study, const std::vector<Neighbour>& nearest) {
  const RunTrials& trials = *study.trials;
  const MeasuredRows samples = rows_of_trials(*trials.samples);
  const MeasuredRows training = rows_of_trials(trials.training);
  const MeasuredRows others = trials.learnt ? rows_of_trials(trials.held_out) : MeasuredRows{};
  const std::size_t columns = std::min(samples.columns.size(), most_cells);
  html.open("div", {{"class", "scroll"},
                    {"tabindex", "0"},
                    {"role", "region"},
                    {"aria-label", "Samples and their nearest rows"}});
  html.open("table", {{"class", "rows"}}).open("thead").open("tr");
  html.element("th", {{"scope", "col"}}, "row");
  for (std::size_t i = 0; i < columns; ++i) {
    html.element("th", {{"scope", "col"}}, samples.columns[i].name);
  }
  html.element("th", {{"scope", "col"}}, "distance").close().close().open("tbody");
  const auto row_of = [&](const MeasuredRows& rows, std::int64_t row, const std::string& name,
                          const char* style, const std::string& distance) {
    html.open("tr", {{"class", style}}).element("th", {{"scope", "row"}}, name);
    for (std::size_t i = 0; i < columns; ++i) {
      std::vector<std::string> words;
      if (study.facts.model->schema) {
        for (const ColumnSchema& column : study.facts.model->schema->columns) {
          if (column.name == rows.columns[i].name) words = column.words;
        }
      }
      html.element("td", cell_text(rows.columns[i], row, words));
    }
    html.element("td", distance).close();
  };
  for (const auto& [pair, real] : nearest) {
    row_of(samples, pair.sample, "virtual " + std::to_string(pair.sample + 1), "virtual-row",
           figure_text(pair.distance));
    row_of(real == &trials.training ? training : others, pair.trial, "its nearest", "real-row", "");
  }
  html.close().close().close();
}

}  // namespace

void write_neighbours(Html& html, const RunStudy& study) {
  if (!study.trials || !study.trials->samples) return;
  const RunTrials& trials = *study.trials;
  const std::vector<Neighbour> nearest = some_nearest(trials);
  html.element("p", {{"class", "lead"}},
               "Random samples, each with the training trial that is nearest to it. Samples that "
               "look like their neighbour in every detail are copies.");
  const TrialShape& shape = trials.training.shape;
  if (shape.is_curve()) {
    write_curve_pairs(html, trials, nearest);
  } else if (shape.kind == TrialKind::image) {
    write_image_pairs(html, trials, nearest);
  } else {
    write_row_pairs(html, study, nearest);
  }
}

}  // namespace vgan
