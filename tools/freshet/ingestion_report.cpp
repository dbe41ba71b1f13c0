#include "tools/freshet/ingestion_report.hpp"

#include <boost/json.hpp>

namespace freshet::tools {

namespace json = boost::json;

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(digits.begin() + at, ',');
  return digits;
}

std::string in_words(const std::string& name, const ingestion_counts& counts, const char* duplicates) {
  if (counts.read == 0) return {};
  std::string text = name + " " + with_commas(counts.read) + " read, " + with_commas(counts.applied) + " applied, " +
                     (counts.duplicates ? with_commas(*counts.duplicates) : "an unknown number of") + " " + duplicates +
                     ", " + with_commas(counts.rejected) + " rejected\n";
  if (counts.dropped > 0) {
    text += "  " + with_commas(counts.dropped) +
            " are older than what is retained, or of users who were erased, and were left out\n";
  }
  for (const auto& [reason, count] : counts.reasons) text += "  " + reason + " " + with_commas(count) + "\n";
  for (const auto& file : counts.rejected_files) text += "  rejected rows are in " + file + "\n";
  return text;
}

json::object to_json(const ingestion_counts& counts) {
  json::object reasons;
  for (const auto& [reason, count] : counts.reasons) reasons[reason] = count;
  return {{"read", counts.read},
          {"applied", counts.applied},
          {"duplicates", counts.duplicates ? json::value(*counts.duplicates) : json::value()},
          {"dropped", counts.dropped},
          {"rejected", counts.rejected},
          {"reasons", std::move(reasons)},
          {"rejected_files", json::value_from(counts.rejected_files)}};
}

std::optional<error> only_rejected(const ingestion_counts& counts, const std::string& what) {
  if (counts.rejected == 0 || counts.rejected < counts.read) return std::nullopt;
  return error{error_code::invalid_argument, "none of the " + with_commas(counts.read) + " rows of " + what +
                                                 " could be used; see " + counts.rejected_files.front()};
}

}  // namespace freshet::tools
