#include "io/files/rejected_rows.hpp"

#include <fcntl.h>

#include "core/base/text.hpp"

namespace freshet {

rejected_rows::rejected_rows(const std::string& source, const std::filesystem::path& other_directory) {
  const std::filesystem::path named = source == "-" ? other_directory / "stdin" : std::filesystem::path(source);
  beside_ = named.string() + std::string(ending);
  elsewhere_ = other_directory / beside_.filename();
}

status rejected_rows::create() {
  for (const auto& candidate : {beside_, elsewhere_}) {
    file_ = file_descriptor(::open(candidate.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    path_ = candidate;
    if (file_.is_open()) return success{};
  }
  return system_failure("cannot write rejected rows to", std::exchange(path_, {}));
}

status rejected_rows::add(std::uint64_t line, std::string_view reason, std::string_view row) {
  if (!file_.is_open()) FRESHET_TRY(create());
  pending_ += "{\"line\":";
  append_json_unsigned(pending_, line);
  pending_ += ",\"reason\":";
  append_json_string(pending_, reason);
  pending_ += ",\"row\":";
  append_json_string(pending_, row);
  pending_ += "}\n";
  return pending_.size() < (1 << 20) ? status(success{}) : flush();
}

status rejected_rows::flush() {
  FRESHET_TRY(write_fully(file_, pending_, path_));
  pending_.clear();
  return success{};
}

}  // namespace freshet
