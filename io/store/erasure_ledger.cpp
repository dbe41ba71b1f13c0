#include "io/store/erasure_ledger.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

#include "io/files/atomic_file.hpp"
#include "io/store/rocks_store.hpp"

namespace freshet {
namespace {

std::string in_hex(std::uint64_t number) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(number));
  return digits;
}

template <class Number>
std::optional<Number> number_in(std::string_view text, int base) {
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Cuts off what stands in front of the separator.
std::string_view take(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::string render(const erasure_note& note) {
  std::string line = std::to_string(note.erased_at) + " ";
  const char* separator = "";
  for (const auto& log : note.before) {
    line.append(std::exchange(separator, ",")).append(log.source).append("/");
    line += std::to_string(to_integer(log.partition)) + ":" + std::to_string(log.next_offset);
  }
  if (note.before.empty()) line += "-";
  separator = " ";
  for (const auto user : note.users) line.append(std::exchange(separator, ",")).append(in_hex(user));
  return line + "\n";
}

std::optional<consumed_position> log_in(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto slash = text.substr(0, colon).rfind('/');
  if (colon == std::string_view::npos || slash == std::string_view::npos) return std::nullopt;
  const auto partition = number_in<std::int32_t>(text.substr(slash + 1, colon - slash - 1), 10);
  const auto offset = number_in<log_offset>(text.substr(colon + 1), 10);
  if (!partition || !offset) return std::nullopt;
  return consumed_position{std::string(text.substr(0, slash)), static_cast<partition_id>(*partition), *offset};
}

std::optional<erasure_note> note_in(std::string_view line) {
  const auto erased_at = number_in<unix_seconds>(take(line, ' '), 10);
  if (!erased_at) return std::nullopt;
  erasure_note note{.erased_at = *erased_at, .before = {}, .users = {}};
  auto logs = take(line, ' ');
  if (logs == "-") logs = {};
  while (!logs.empty()) {
    auto log = log_in(take(logs, ','));
    if (!log) return std::nullopt;
    note.before.push_back(*std::move(log));
  }
  while (!line.empty()) {
    const auto user = number_in<std::uint64_t>(take(line, ','), 16);
    if (!user) return std::nullopt;
    note.users.push_back(*user);
  }
  return note;
}

error damaged(const std::filesystem::path& path, std::size_t line) {
  return {error_code::corrupted,
          path.string() + " line " + std::to_string(line) +
              " is no record of an erasure; repair it from a copy, or nobody knows who was erased"};
}

/// The text up to the last line break.
result<std::string> whole_lines(const std::filesystem::path& path) {
  FRESHET_ASSIGN(auto text, read_file(path));
  text.resize(text.rfind('\n') + 1);
  return text;
}

}  // namespace

std::filesystem::path ledger_of(const std::filesystem::path& database) {
  auto path = database.lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  path += ".erasures";
  return path;
}

result<std::optional<erasure_ledger>> read_erasure_ledger(const std::filesystem::path& path) {
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown)) return std::optional<erasure_ledger>();
  FRESHET_ASSIGN(const std::string text, whole_lines(path));
  std::string_view rest = text;
  if (rest.empty()) return std::optional<erasure_ledger>();
  auto head = take(rest, '\n');
  if (!head.starts_with(ledger_title)) return damaged(path, 1);
  const auto salt = number_in<std::uint64_t>(head.substr(ledger_title.size()), 16);
  if (!salt) return damaged(path, 1);
  erasure_ledger ledger{.salt = *salt, .notes = {}};
  for (std::size_t line = 2; !rest.empty(); ++line) {
    auto note = note_in(take(rest, '\n'));
    if (!note) return damaged(path, line);
    ledger.notes.push_back(*std::move(note));
  }
  return std::optional(std::move(ledger));
}

status append_to_erasure_ledger(const std::filesystem::path& path, std::uint64_t salt, const erasure_note& note) {
  FRESHET_ASSIGN(const auto known, read_erasure_ledger(path));
  if (!known) return write_file_atomically(path, std::string(ledger_title) + in_hex(salt) + "\n" + render(note));
  if (known->salt != salt) {
    return error{error_code::conflict,
                 path.string() + " is the list of erasures of another database; move it to that one"};
  }
  FRESHET_ASSIGN(const auto kept, whole_lines(path));
  const file_descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.is_open()) return system_failure("cannot open", path);
  const auto end = static_cast<off_t>(kept.size());
  if (::ftruncate(file.number(), end) != 0 || ::lseek(file.number(), end, SEEK_SET) != end) {
    return system_failure("cannot write", path);
  }
  FRESHET_TRY(write_fully(file, render(note), path));
  if (::fsync(file.number()) != 0) return system_failure("cannot flush", path);
  return success{};
}

result<erasure_outcome> apply_erasure_ledger(event_store& store, const std::filesystem::path& path) {
  FRESHET_ASSIGN(const auto ledger, read_erasure_ledger(path));
  if (!ledger) return erasure_outcome{};
  auto* rocks = dynamic_cast<rocks_store*>(&store);
  FRESHET_CHECK(rocks != nullptr, "a store that event_store::open gave");
  return rocks->erase_again(*ledger);
}

}  // namespace freshet
