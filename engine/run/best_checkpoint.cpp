#include "engine/run/best_checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include <nlohmann/json.hpp>

#include "engine/base/json_text.hpp"
#include "engine/files/read_file.hpp"
#include "engine/models/model_traits.hpp"

namespace vgan {
namespace {

constexpr std::string_view line_start = "{\"epoch\":";

// The epoch of a metrics line, without parsing the rest of it; 0 where it has none.
std::uint64_t epoch_of(std::string_view line) {
  std::uint64_t epoch = 0;
  if (line.starts_with(line_start)) {
    std::from_chars(line.data() + line_start.size(), line.data() + line.size(), epoch);
  }
  return epoch;
}

double number(const nlohmann::json& entry, const char* key, double otherwise) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_number() ? found->get<double>() : otherwise;
}

}  // namespace

BestCheckpoint::BestCheckpoint(const TrainConfig& config)
    : likelihood_(traits_of(config).encodes || traits_of(config).over_cells),
      first_(traits_of(config).over_cells ? "cross_entropy"
             : likelihood_                ? "reconstruction"
                                          : "d_loss"),
      second_(likelihood_ ? "kl" : "g_loss"),
      weight_(traits_of(config).variational ? config.beta : 0.0) {}

void BestCheckpoint::read(const FilePlace& metrics,
                          const std::map<std::uint64_t, std::filesystem::path>& epochs) {
  for_each_line(metrics, [&](const std::string& line) {
    const std::uint64_t epoch = epoch_of(line);
    if (epoch == 0 || epochs.count(epoch - 1) == 0 || epoch > epochs.rbegin()->first) return true;
    const auto entry = read_json(line);
    if (!entry.is_object()) return true;
    judge(epoch - 1, number(entry, first_, std::nan("")),
          number(entry, second_, likelihood_ ? 0.0 : std::nan("")));
    return true;
  });
}

void BestCheckpoint::add(const StepReport& report) {
  if (!newest_ || report.epoch != *newest_ + 1) return;
  judge(*newest_, static_cast<double>(report[first_]),
        static_cast<double>(report.find(second_).value_or(0.0F)));
  newest_.reset();
}

std::optional<std::uint64_t> BestCheckpoint::last_good(
    const std::map<std::uint64_t, std::filesystem::path>& epochs) const {
  const double most =
      likelihood_ ? best_loss_ + far_loss * (std::fabs(best_loss_) + 1.0) : sane_loss;
  for (auto at = losses_.rbegin(); at != losses_.rend(); ++at) {
    if (epochs.contains(at->first) && at->second <= most) return at->first;
  }
  return std::nullopt;
}

void BestCheckpoint::judge(std::uint64_t epoch, double first, double second) {
  double loss = first + weight_ * second;
  if (!likelihood_) loss = std::max(sane_loss, std::max(std::fabs(first), std::fabs(second)));
  if (!std::isfinite(first) || !std::isfinite(second)) return;
  losses_[epoch] = loss;
  // Among equals it is the newest, which has learned the longest.
  if (best_ && loss > best_loss_) return;
  best_ = epoch;
  best_loss_ = loss;
}

}  // namespace vgan
