// What metrics.jsonl says of evaluations and what came of them, out and in.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/files/folder.hpp"
#include "engine/metrics/measure.hpp"
#include "engine/quality/alarms.hpp"

namespace vgan {

/// One evaluation: what samples of the weights of that epoch came to.
struct EvaluationLine {
  std::uint64_t epoch = 0;
  std::vector<std::pair<std::string, double>> values;  ///< by the names of measures
};

/// Lines without an end: {"event":"evaluation","epoch":N,"NAME":value,...}
std::string evaluation_line(const EvaluationLine& evaluation);
/// {"event":"floors","epoch":N,"space":text,"NAME":{"real":x,"resampled":y},...}
std::string floors_line(std::uint64_t epoch, const std::string& space,
                        const std::vector<Measure>& measures);
/// {"event":"alarm","epoch":N,"alarm":"collapse","text":"..."}
std::string alarm_line(const Alarm& alarm);
/// {"event":"diverged","epoch":N,"text":"NaN or Inf in d_loss"}: the run broke down and ended.
std::string diverged_line(std::uint64_t epoch, const std::string& text);
/// {"event":"rollback","epoch":N,"to":M,"why":"...","lr_g":x,"lr_d":y}
std::string rollback_line(std::uint64_t epoch, std::uint64_t to, const std::string& why,
                          double generator_rate, double discriminator_rate);

/// What a metrics file says of epochs up to `epoch`, and alarms of epochs that the run went back
/// from before; lines that say it otherwise are passed over.
/// Throws io.
struct LoggedQuality {
  std::vector<EvaluationLine> evaluations;
  std::vector<Measure> floors;  ///< name, real and resampled alone
  std::vector<Alarm> alarms;
};
LoggedQuality read_quality(const FilePlace& metrics, std::uint64_t epoch);

}  // namespace vgan
