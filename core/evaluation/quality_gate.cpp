#include "core/evaluation/quality_gate.hpp"

#include <cstdio>

namespace freshet {
namespace {

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

}  // namespace

bool passes(const gate_figures& figures) {
  return !figures.current || figures.candidate >= figures.min_ratio * *figures.current;
}

std::string in_words(const gate_figures& figures) {
  std::string text = figures.metric + " " + rounded(figures.candidate) + " of the candidate";
  if (!figures.current) return text + "; there is no model to compare it with";
  const std::string& whom = figures.current_model_id;
  const std::string ratio = *figures.current > 0 ? rounded(figures.candidate / *figures.current) + " of " : "against ";
  text += " is " + ratio + "the " + rounded(*figures.current) + " of " + whom;
  if (figures.current_trained_again) text += " (trained without what was held out)";
  return text + (passes(figures) ? ", enough for " : ", below ") + rounded(figures.min_ratio);
}

}  // namespace freshet
