#include "engine/experiment/profile_picture.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/experiment/profile_words.hpp"

namespace vgan {
namespace {

using Axis = ProfilePlot::Axis;

constexpr std::size_t most_words = 30;      // of a setting
constexpr std::size_t most_marks = 12;      // ticks at a grid's own values
constexpr std::size_t most_real = 2000;     // points
constexpr std::size_t most_groups = 10;     // of real rows, of whose words shares are drawn
constexpr double least_ratio = 20.0;        // of places on a logarithmic axis
constexpr double crowded = 0.2;             // of the axis, which half the places lie in
constexpr std::size_t least_of_group = 15;  // rows

std::string percent(double share) { return general_text(100.0 * share, 4) + " %"; }

/// Makes the plot of one result.
class Maker {
 public:
  Maker(const ProfileRequest& request, const ProfileQuestion& question, const GeneratorModel& model,
        const std::vector<CellPlace>& places, const ProfileResult& result)
      : request_(request),
        question_(question),
        schema_(*model.schema),
        over_(schema_.columns[question.over]),
        of_(schema_.columns[question.of]),
        cells_(model.cells->columns()[cells_of(question.over, places)]),
        result_(result) {}

  ProfilePlot make() {
    plot_.title = shortened(of_.name) + " by " + shortened(over_.name);
    choose_places();
    plot_.across = axis_of(over_);
    if (lies_in_decades()) {
      plot_.across.kind = Axis::Kind::logarithms;
      plot_.across.label += " (logarithmic)";
    }
    plot_.up = axis_of(of_);
    for (const std::size_t at : kept_) {
      plot_.reach.push_back(static_cast<ProfilePlot::Reach>(result_.support[at]));
      if (is_marked(over_)) plot_.across.words.push_back(value_text(result_.places[at], over_));
      plot_.places.push_back(is_marked(over_) ? static_cast<double>(plot_.places.size())
                                              : on_axis(result_.places[at]));
    }
    const bool few = cells_.kind() != CellColumn::Kind::quantile && kept_.size() <= most_marks;
    if (few && plot_.across.kind == Axis::Kind::numbers) plot_.across.marks = plot_.places;
    if (result_.words.empty()) {
      of_.kind == ColumnKind::boolean ? take_flag() : take_numbers();
    } else {
      take_words();
    }
    plot_.note =
        profile_note(question_, schema_, result_) + (left_out_.empty() ? "" : "; " + left_out_);
    return std::move(plot_);
  }

 private:
  std::vector<double> at_places(const std::vector<double>& values) const {
    std::vector<double> made;
    for (const std::size_t at : kept_) made.push_back(values[at]);
    return made;
  }

  // Whether most places would be crowded at the lower end of a linear axis.
  bool lies_in_decades() const {
    const std::vector<double>& places = result_.places;
    if (is_marked(over_) || !over_.format.empty() || places.size() < 5 || !(places.front() > 0.0)) {
      return false;
    }
    const double middle = places[places.size() / 2];
    return places.back() > least_ratio * places.front() &&
           middle - places.front() < crowded * (places.back() - places.front());
  }

  double on_axis(double number) const {
    return plot_.across.kind == Axis::Kind::logarithms ? std::log10(number) : number;
  }

  // All, or the most frequent of many words, in their order.
  void choose_places() {
    kept_.resize(result_.places.size());
    std::iota(kept_.begin(), kept_.end(), std::size_t{0});
    if (over_.numeric || kept_.size() <= most_words) return;
    std::stable_sort(kept_.begin(), kept_.end(), [&](std::size_t a, std::size_t b) {
      return share_of_word(a) > share_of_word(b);
    });
    left_out_ = "the " + std::to_string(most_words) + " most frequent of " +
                counted(kept_.size(), "word") + " are drawn";
    kept_.resize(most_words);
    std::sort(kept_.begin(), kept_.end());
  }

  double share_of_word(std::size_t word) const {
    return word < cells_.shares().size() ? cells_.shares()[word] : 0.0;
  }

  void take_numbers() {
    const ProfileResult::Numbers& of = result_.numbers;
    plot_.curves = {{"mean", at_places(of.mean)}};
    plot_.bands = {{percent(request_.level) + " band", at_places(of.low), at_places(of.high)},
                   {"50 % band", at_places(of.q25), at_places(of.q75)}};
    // A narrower band is drawn over a wider one.
    if (request_.level < 0.5) std::swap(plot_.bands[0], plot_.bands[1]);
    if (request_.level == 0.5) plot_.bands.pop_back();
    if (request_.real.empty()) return;
    const std::size_t count = result_.real.of.size();
    const std::size_t drawn = std::min(count, most_real);
    for (std::size_t i = 0; i < drawn; ++i) {
      const std::size_t row = drawn == count ? i : i * (count - 1) / (drawn - 1);
      if (const auto x = place_of(result_.real.over[row])) {
        plot_.real.push_back({*x, result_.real.of[row]});
      }
    }
    plot_.real_name =
        drawn == count
            ? grouped(std::uint64_t{count}) + (count == 1 ? " real row" : " real rows")
            : grouped(std::uint64_t{drawn}) + " of " + grouped(std::uint64_t{count}) + " real rows";
  }

  void take_flag() {
    plot_.shares = true;
    plot_.up = {};
    plot_.up.label = "probability that " + shortened(of_.name) + " is 1";
    plot_.curves = {{"model", at_places(result_.numbers.mean)}};
    if (request_.real.empty()) return;
    add_shares({1.0});
  }

  // The most probable words have curves, the others one together.
  void take_words() {
    plot_.shares = true;
    plot_.up = {};
    plot_.up.label = "probability of " + shortened(of_.name);
    std::vector<std::size_t> order(result_.words.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto mean = [&](std::size_t word) {
      const auto& all = result_.words[word].probability;
      return std::accumulate(all.begin(), all.end(), 0.0);
    };
    std::vector<std::size_t> rest;
    if (order.size() > most_profile_curves) {
      std::stable_sort(order.begin(), order.end(),
                       [&](std::size_t a, std::size_t b) { return mean(a) > mean(b); });
      rest.assign(order.begin() + most_profile_curves - 1, order.end());
      order.resize(most_profile_curves - 1);
    }
    std::vector<double> values;
    for (const std::size_t word : order) {
      plot_.curves.push_back(
          {shortened(result_.words[word].word), at_places(result_.words[word].probability)});
      values.push_back(static_cast<double>(word));
    }
    if (!rest.empty()) {
      std::vector<double> sum(kept_.size(), 0.0);
      for (const std::size_t word : rest) {
        const std::vector<double> own = at_places(result_.words[word].probability);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += own[i];
      }
      plot_.curves.push_back({counted(rest.size(), "other word"), std::move(sum)});
    }
    if (!request_.real.empty()) add_shares(values);
  }

  // Where a value of the setting lies on the axis; nothing for a word that is not drawn.
  std::optional<double> place_of(double value) const {
    if (!is_marked(over_)) {
      const double at = on_axis(value);
      return std::isfinite(at) ? std::optional(at) : std::nullopt;
    }
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      if (result_.places[kept_[i]] == value) return static_cast<double>(i);
    }
    return std::nullopt;
  }

  // The shares of each of `values` among the real rows of a group.
  void add_shares(const std::vector<double>& values) {
    std::size_t rows = 0;
    for (const auto& group : groups()) {
      double middle = 0.0;
      for (const std::size_t row : group) middle += *place_of(result_.real.over[row]);
      const auto count = static_cast<double>(group.size());
      for (std::size_t k = 0; k < values.size(); ++k) {
        const auto has = std::count_if(group.begin(), group.end(), [&](std::size_t row) {
          return result_.real.of[row] == values[k];
        });
        plot_.curves[k].real.push_back({middle / count, static_cast<double>(has) / count});
      }
      rows += group.size();
    }
    plot_.real_name = "shares of " + grouped(std::uint64_t{rows}) + " real rows";
  }

  // Real rows of one place; where numbers have many places, neighbours, as many in each group.
  std::vector<std::vector<std::size_t>> groups() const {
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < result_.real.over.size(); ++row) {
      if (place_of(result_.real.over[row])) rows.push_back(row);
    }
    const std::vector<double>& over = result_.real.over;
    std::stable_sort(rows.begin(), rows.end(),
                     [&](std::size_t a, std::size_t b) { return over[a] < over[b]; });
    std::vector<std::vector<std::size_t>> made;
    if (!is_marked(over_) && kept_.size() > most_marks) {
      const std::size_t count =
          std::clamp<std::size_t>(rows.size() / least_of_group, 1, most_groups);
      for (std::size_t k = 0; k < count && !rows.empty(); ++k) {
        made.emplace_back(
            rows.begin() + static_cast<std::ptrdiff_t>(k * rows.size() / count),
            rows.begin() + static_cast<std::ptrdiff_t>((k + 1) * rows.size() / count));
      }
      return made;
    }
    for (const std::size_t row : rows) {
      if (made.empty() || over[made.back().front()] != over[row]) made.emplace_back();
      made.back().push_back(row);
    }
    return made;
  }

  const ProfileRequest& request_;
  const ProfileQuestion& question_;
  const Schema& schema_;
  const ColumnSchema &over_, &of_;
  const CellColumn& cells_;  // of the setting
  const ProfileResult& result_;
  std::vector<std::size_t> kept_;  // which of the result's places are drawn
  std::string left_out_;
  ProfilePlot plot_;
};

}  // namespace

ProfilePlot profile_plot(const ProfileRequest& request, const ProfileQuestion& question,
                         const GeneratorModel& model, const std::vector<CellPlace>& places,
                         const ProfileResult& result) {
  return Maker(request, question, model, places, result).make();
}

}  // namespace vgan
