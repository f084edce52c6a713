#include "engine/base/text.hpp"
#include "engine/report/report_page.hpp"
#include "engine/report/sections.hpp"

namespace vgan {
namespace {

void write_slider(Html& html, const RunFacts& facts) {
  const std::size_t last = facts.frames.size() - 1;
  html.open("div", {{"class", "frames"}});
  for (std::size_t i = 0; i <= last; ++i) {
    const std::string epoch = std::to_string(facts.frames[i].epoch);
    html.single("img", {{"class", i == last ? "picture frame shown" : "picture frame"},
                        {"alt", "Samples after epoch " + epoch},
                        {"data-epoch", epoch},
                        {"src", data_uri(facts.frames[i].png)}});
  }
  html.close();
  if (last == 0) return;
  html.open("div", {{"class", "slider"}, {"hidden", ""}});
  html.element("button", {{"type", "button"}, {"class", "play"}}, "Play");
  html.open("label", {{"for", "epoch"}}).text("after epoch ");
  html.element("output", {{"for", "epoch"}}, std::to_string(facts.frames[last].epoch)).close();
  html.single("input", {{"type", "range"},
                        {"id", "epoch"},
                        {"min", "0"},
                        {"max", std::to_string(last)},
                        {"value", std::to_string(last)}});
  html.close();
}

}  // namespace

void write_samples_over_time(Html& html, const RunStudy& study) {
  const RunFacts& facts = study.facts;
  if (facts.frames.empty()) return;
  html.element("p", {{"class", "lead"}},
               "Samples from one fixed noise: what changes from picture to picture is the model.");
  html.open("div", {{"class", "side-by-side"}});
  html.open("figure").element("figcaption", "Virtual");
  write_slider(html, facts);
  html.close();
  if (!facts.real_png.empty()) {
    html.open("figure").element("figcaption", "Real");
    write_picture(html, facts.real_png, "Real " + trial_word(study, true) + ", to compare with");
    html.close();
  }
  html.close();
  if (facts.frames_there > facts.frames.size()) {
    html.element("p", {{"class", "note"}},
                 counted(facts.frames.size(), "picture") + " of the " +
                     std::to_string(facts.frames_there) + " in samples/.");
  }
  if (facts.reconstructions_png.empty()) return;
  html.open("figure").element("figcaption", "Real trials, each above its reconstruction");
  write_picture(html, facts.reconstructions_png, "Reconstructions of real trials");
  html.close();
}

}  // namespace vgan
