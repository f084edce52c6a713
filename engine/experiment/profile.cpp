#include "engine/experiment/profile.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "engine/base/clock.hpp"
#include "engine/base/error.hpp"
#include "engine/base/listed.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/checkpoint/checkpoint.hpp"
#include "engine/encode/cell_distribution.hpp"
#include "engine/experiment/interval.hpp"
#include "engine/experiment/model_predictor.hpp"
#include "engine/experiment/profile_file.hpp"
#include "engine/experiment/profile_heat_map.hpp"
#include "engine/experiment/profile_picture.hpp"
#include "engine/experiment/profile_question.hpp"
#include "engine/experiment/profile_real.hpp"
#include "engine/experiment/row_support.hpp"
#include "engine/experiment/setting_space.hpp"
#include "engine/experiment/word_shares.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/output.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/pictures/heat_map.hpp"
#include "engine/pictures/png.hpp"
#include "engine/pictures/profile_plot.hpp"
#include "engine/run/run_files.hpp"

namespace vgan {
namespace {

constexpr double inner_level = 0.5;
constexpr std::uint64_t averaged_rows = 200;
constexpr std::uint64_t averaged_seed = 1;

bool is_picture(const std::string& out) { return ending_of(out) == ".png"; }

void check(const ProfileRequest& request) {
  require_level(request.level);
  if (request.out.empty()) refuse_setting("out", "no file", "one or more");
  for (std::size_t i = 0; i < request.out.size(); ++i) {
    const std::string &out = request.out[i], ending = ending_of(out);
    const bool known = out == "-" || ending == ".png" || ending == ".csv" || ending == ".tsv";
    if (!known) {
      refuse_setting("out", "'" + out + "'", "names that end in .png, .csv or .tsv, or -");
    }
    for (std::size_t k = 0; k < i; ++k) {
      const std::string& other = request.out[k];
      const bool both = out == other || (out != "-" && other != "-" && same_file(out, other));
      if (both) refuse_setting("out", "'" + out + "' twice", "each file once");
    }
  }
}

std::size_t place_in(const SettingSpace& space, std::size_t over, const Schema& schema) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < space.settings().size(); ++k) {
    const std::size_t column = space.settings()[k].column;
    if (column == over) return k;
    names.push_back(schema.columns[column].name);
  }
  refuse_setting(
      "over",
      "'" + shortened(schema.columns[over].name) + "', over which others cannot be averaged",
      "one of the settings " + listed(names), "take --others follow");
}

/// Fills a result, a place at a time.
class Profile {
 public:
  Profile(const ProfileRequest& request, const ProfileQuestion& question,
          const GeneratorModel& model, const std::vector<CellPlace>& places,
          CellPredictor& predictor, ProfileResult& result)
      : request_(request),
        question_(question),
        model_(model),
        places_(places),
        predictor_(predictor),
        support_(*model.cells, places, predictor),
        cells_(cells_of(question.of, places)),
        result_(result) {
    const ColumnSchema& of = model.schema->columns[question.of];
    if (of.numeric) return;
    for (const std::string& word : of.words) result_.words.push_back({word, {}});
  }

  // The other columns are not shown to the network, which sums over them.
  void follow() {
    std::vector<std::size_t> columns = {question_.over};
    if (question_.second) columns.push_back(question_.second->column);
    for (const auto& fixed : question_.fixed) columns.push_back(fixed.column);
    std::vector<Settings> settings = places();
    for (Settings& made : settings) {
      for (const auto& fixed : question_.fixed) made.push_back(fixed.value);
    }
    const GivenRows asked = setting_rows(columns, settings, model_);
    predictor_.predict(all_rows(asked), cells_, showing(asked),
                       [&](std::int64_t, std::span<const float> shares) { add_place(shares); });
    if (!model_.left_out.empty() && model_.schema->columns[question_.of].numeric) {
      set_band(asked, request_.level, result_.numbers.low, result_.numbers.high);
      set_band(asked, inner_level, result_.numbers.q25, result_.numbers.q75);
    }
    result_.support = support_.of(asked);
  }

  // Each place is shown with the other settings of the same rows, and the mean of the distributions
  // is taken.
  void average(const SettingSpace& space) {
    std::vector<std::size_t> varied = {place_in(space, question_.over, *model_.schema)};
    if (question_.second) {
      varied.push_back(place_in(space, question_.second->column, *model_.schema));
    }
    std::vector<Settings> drawn = space.drawn(averaged_rows, averaged_seed, predictor_);
    for (const Settings& place : places()) {
      for (Settings& settings : drawn) {
        for (std::size_t k = 0; k < varied.size(); ++k) settings[varied[k]] = place[k];
      }
      const GivenRows asked = space.rows(drawn);
      std::vector<double> sum(model_.cells->columns()[cells_].size(), 0.0);
      const auto add = [&](std::int64_t, std::span<const float> shares) {
        const double known = share_of_known(shares, places_[cells_].missing);
        for (std::size_t i = 0; i < sum.size() && known > 0.0; ++i) {
          if (static_cast<std::int64_t>(i) == places_[cells_].missing) continue;
          sum[i] += static_cast<double>(shares[i]) / known;
        }
      };
      predictor_.predict(all_rows(asked), cells_, showing(asked), add);
      std::vector<float> mean;
      for (const double share : sum) {
        mean.push_back(static_cast<float>(share / static_cast<double>(averaged_rows)));
      }
      add_place(mean);
      std::vector<Support> support = support_.of(asked);
      std::sort(support.begin(), support.end());
      result_.support.push_back(support[support.size() / 2]);
    }
    result_.averaged = averaged_rows;
  }

 private:
  // The values at which the outcome is asked for: those of the setting, or all pairs of two.
  std::vector<Settings> places() const {
    std::vector<Settings> made;
    for (const double place : question_.places) {
      if (!question_.second) made.push_back({place});
      if (!question_.second) continue;
      for (const double second : question_.second->places) made.push_back({place, second});
    }
    return made;
  }

  // The band of a model with folds, which holds new rows as often as it says.
  void set_band(const GivenRows& asked, double level, std::vector<double>& low,
                std::vector<double>& high) {
    low.clear();
    high.clear();
    for (const Interval& interval :
         intervals_of(predictor_, model_, asked, all_rows(asked), cells_, level)) {
      low.push_back(interval.low);
      high.push_back(interval.high);
    }
  }

  void add_place(std::span<const float> shares) {
    const ColumnSchema& of = model_.schema->columns[question_.of];
    const CellColumn& column = model_.cells->columns()[cells_];
    if (!of.numeric) {
      const std::vector<double> words =
          word_shares(column, places_[cells_].missing, of.words.size(), shares);
      for (std::size_t i = 0; i < words.size(); ++i) {
        result_.words[i].probability.push_back(words[i]);
      }
      return;
    }
    const CellDistribution distribution(column, shares);
    const Interval outer = interval_of(distribution, request_.level);
    const Interval inner = interval_of(distribution, inner_level);
    ProfileResult::Numbers& made = result_.numbers;
    made.mean.push_back(distribution.mean());
    made.median.push_back(distribution.quantile(0.5));
    made.low.push_back(outer.low);
    made.high.push_back(outer.high);
    made.q25.push_back(inner.low);
    made.q75.push_back(inner.high);
  }

  const ProfileRequest& request_;
  const ProfileQuestion& question_;
  const GeneratorModel& model_;
  const std::vector<CellPlace>& places_;
  CellPredictor& predictor_;
  RowSupport support_;
  std::size_t cells_;  // the column of cells that is asked for
  ProfileResult& result_;
};

std::string tied_note(const SettingSpace& space, const Schema& schema) {
  std::vector<std::string> names;
  for (const std::size_t column : space.tied()) names.push_back(schema.columns[column].name);
  if (names.empty()) return "";
  return "left free, as constraints tie them to others: " + joined(names);
}

ModelPredictor::Options options_of(const ProfileRequest& request) {
  return {request.device, request.threads, request.raw_weights, 0, [&request] {
            if (!request.stop_requested || !request.stop_requested()) return;
            throw Error(ErrorCode::interrupted,
                        {"stopped on request", request.out.front(), "", "",
                         request.out.front() == "-" ? "" : "nothing was written"});
          }};
}

void require_places(const ProfileRequest& request, const LoadedCheckpoint& loaded,
                    const GeneratorModel& model) {
  for (const std::string& out : request.out) {
    if (out == "-") continue;
    require_kept("out", out, {request.real, loaded.file.string()});
    require_not_of_run("out", out, loaded.file, model.config);
  }
}

// Nothing is where it belongs before all of it is written.
void write(const ProfileRequest& request, const ProfileQuestion& question, const Schema& schema,
           ProfileResult& result) {
  for (const std::string& out : request.out) {
    if (out != "-") make_folder_of(out);
  }
  std::vector<std::unique_ptr<Output>> outputs;
  for (const std::string& out : request.out) {
    outputs.push_back(std::make_unique<Output>(out, "cannot write a profile"));
  }
  // Standard output, which takes nothing back, is the last.
  for (const bool standard : {false, true}) {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if ((request.out[i] == "-") != standard) continue;
      if (is_picture(request.out[i])) {
        const std::vector<std::byte> bytes = encode_png(result.picture);
        outputs[i]->put(bytes.data(), bytes.size());
      } else {
        outputs[i]->put(profile_text(request.out[i], question, schema, result));
      }
    }
  }
  for (const auto& output : outputs) output->finish();
}

}  // namespace

ProfileResult profile(const ProfileRequest& request) {
  check(request);
  const LoadedCheckpoint loaded = load_chosen(request.model, request.which);
  const GeneratorModel model = read_model(loaded.checkpoint, loaded.file.string());
  require_cells(model, "profile", loaded.file.string());
  require_places(request, loaded, model);
  const Schema& schema = *model.schema;
  const std::vector<CellPlace> places = cell_places(*model.cells, schema);
  const ProfileQuestion question = read_question(request, model, places);
  std::optional<SettingSpace> space;
  if (request.others == OtherSettings::average) {
    space.emplace(model, places, std::vector<std::size_t>{question.of}, request.where);
    (void)place_in(*space, question.over, schema);
    if (question.second) (void)place_in(*space, question.second->column, schema);
  }
  ProfileResult result;
  result.of = schema.columns[question.of].name;
  result.over = schema.columns[question.over].name;
  result.places = question.places;
  if (question.second) {
    result.second = schema.columns[question.second->column].name;
    result.second_places = question.second->places;
  }
  if (!request.real.empty()) {
    result.real = real_points(request.real, question, model, places, result.notes);
  }
  ModelPredictor opened(model, loaded.checkpoint, options_of(request));
  const auto start = Clock::now();
  Profile made(request, question, model, places, opened.predictor(), result);
  space ? made.average(*space) : made.follow();
  result.picture = question.second
                       ? draw_heat_map(profile_heat_map(request, question, model, places, result))
                       : draw_profile(profile_plot(request, question, model, places, result));
  write(request, question, schema, result);
  result.checkpoint = loaded.file;
  result.chosen = loaded.chosen;
  result.epoch = model.epoch;
  result.seconds = seconds_since(start);
  if (space) {
    if (std::string note = tied_note(*space, schema); !note.empty()) {
      result.notes.push_back(std::move(note));
    }
  }
  note_model(model, loaded, result.notes);
  return result;
}

}  // namespace vgan
