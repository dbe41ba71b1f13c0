#include "io/http/snapshot_api.hpp"

#include "core/base/text.hpp"
#include "io/http/json_body.hpp"
#include "io/http/problem.hpp"

namespace freshet::http {
namespace {

constexpr std::int64_t keep_days_max = 36'500;

/// A sentence when it is no such member.
std::string read_member(const boost::json::key_value_pair& member, snapshot_request& wanted) {
  const auto& value = member.value();
  if (member.key() == "to") {
    if (value.is_string()) wanted.to = value.get_string();
    const bool usable = wanted.to.starts_with('/') && wanted.to.find('\0') == std::string::npos;
    return usable ? "" : "to must be the absolute path of a directory";
  }
  if (member.key() == "keep_days") {
    const auto days = as_integer(value);
    if (!days || *days < 0 || *days > keep_days_max) return "keep_days must be a number of days from 0 to 36500";
    wanted.keep_days = static_cast<std::uint32_t>(*days);
    return "";
  }
  if (member.key() == "configuration" && value.is_object()) {
    for (const auto& file : value.get_object()) {
      const std::string name = file.key();
      const bool plain =
          !name.empty() && name.size() <= 255 && name.find_first_of(std::string_view("/\0", 2)) == name.npos;
      if (!plain || name == "." || name == ".." || !file.value().is_string()) {
        return "configuration must hold texts by plain names of files";
      }
      wanted.configuration.emplace_back(name, file.value().get_string());
    }
    return "";
  }
  return "unknown member " + in_quotes(member.key());
}

}  // namespace

std::variant<snapshot_request, response> parse_snapshot(const request& in) {
  auto read = read_json_object(in);
  if (const auto* failure = std::get_if<body_failure>(&read)) {
    return problem(failure->what == body_failure::kind::wrong_type ? 415 : 422, failure->sentence, in);
  }
  snapshot_request wanted;
  for (const auto& member : std::get<boost::json::object>(read)) {
    const auto sentence = read_member(member, wanted);
    if (!sentence.empty()) return problem(422, sentence, in);
  }
  if (wanted.to.empty()) return problem(422, "to must be the absolute path of a directory", in);
  return wanted;
}

}  // namespace freshet::http
