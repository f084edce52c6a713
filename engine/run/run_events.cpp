#include "engine/run/run_events.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/files/read_file.hpp"

namespace vgan {
namespace {

constexpr std::uint64_t most_epochs = 10'000;

}  // namespace

std::string sheet_name(std::uint64_t epoch) {
  char name[40];
  std::snprintf(name, sizeof(name), "epoch-%08llu.png", static_cast<unsigned long long>(epoch));
  return name;
}

RunEvents::RunEvents(const Folder& run, std::uint64_t epoch, std::uint64_t total)
    : folder_(run.make_inside("tensorboard")),
      file_(folder_, epoch),
      every_(std::max<std::uint64_t>(1, total / most_epochs)) {}

void RunEvents::add(const StepReport& report) {
  if (report.epoch % every_ != 0) return;
  EventFile::Scalars scalars;
  for (const NamedValue& value : report.values) {
    scalars.emplace_back("train/" + std::string(value.name), value.value);
  }
  file_.add_scalars(report.epoch, scalars);
}

void RunEvents::add(const EvaluationLine& evaluation) {
  EventFile::Scalars scalars;
  for (const auto& [name, value] : evaluation.values) {
    if (std::isfinite(value)) scalars.emplace_back("quality/" + name, value);
  }
  file_.add_scalars(evaluation.epoch, scalars);
}

void RunEvents::add_sheet(const Folder& samples, std::uint64_t epoch) {
  const std::string name = sheet_name(epoch);
  if (!samples.is_regular_file(name)) return;
  std::uint64_t size = 0;
  const FilePlace place(samples, name);
  const FileDescriptor file = open_regular_file(place, size);
  std::string png(static_cast<std::size_t>(size), '\0');
  read_exactly(file, place.path, png.data(), png.size(), 0);
  file_.add_picture(epoch, "samples", png);
}

}  // namespace vgan
