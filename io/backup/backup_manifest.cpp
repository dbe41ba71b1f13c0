#include "io/backup/backup_manifest.hpp"

#include "core/base/sha256.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/events/timestamp.hpp"
#include "io/files/atomic_file.hpp"

namespace freshet {
namespace {

constexpr std::uint64_t format = 1;

json_tree head_of(const backup_manifest& manifest) {
  auto out = json_tree::of_object();
  out.set("format", json_tree::of_integer(format));
  out.set("id", json_tree::of_text(manifest.id));
  out.set("created_at", json_tree::of_text(to_rfc3339(manifest.created_at)));
  out.set("schema", json_tree::of_integer(manifest.schema));
  auto counts = json_tree::of_object();
  counts.set("users", json_tree::of_integer(manifest.counts.users));
  counts.set("items", json_tree::of_integer(manifest.counts.items));
  counts.set("events", json_tree::of_integer(manifest.counts.events));
  counts.set("dead_letters", json_tree::of_integer(manifest.counts.dead_letters));
  out.set("counts", std::move(counts));
  auto positions = json_tree::of_array();
  for (const auto& each : manifest.positions) {
    auto position = json_tree::of_object();
    position.set("source", json_tree::of_text(each.source));
    position.set("partition", json_tree::of_integer(static_cast<std::uint32_t>(each.partition)));
    position.set("next_offset", json_tree::of_integer(static_cast<std::uint64_t>(each.next_offset)));
    positions.append(std::move(position));
  }
  out.set("positions", std::move(positions));
  return out;
}

json_tree tree_of(const backup_manifest& manifest) {
  auto out = head_of(manifest);
  out.set("ledger", json_tree::of_text(manifest.ledger));
  auto files = json_tree::of_array();
  for (const auto& each : manifest.files) {
    auto file = json_tree::of_object();
    file.set("name", json_tree::of_text(each.name));
    file.set("size", json_tree::of_integer(each.size));
    file.set("sha256", json_tree::of_text(each.sha256));
    files.append(std::move(file));
  }
  out.set("files", std::move(files));
  return out;
}

/// The checksum has been compared, so what is missing was never there.
std::string text_in(const json_tree& object, std::string_view name) {
  const auto* member = object.find(name);
  return member == nullptr ? "" : member->text().value_or("");
}
std::uint64_t number_in(const json_tree& object, std::string_view name) {
  const auto* member = object.find(name);
  return member == nullptr ? 0 : member->whole_number().value_or(0);
}

bool stays_below(const std::filesystem::path& name) {
  if (name.empty() || name.is_absolute()) return false;
  for (const auto& part : name) {
    if (part == "..") return false;
  }
  return true;
}

}  // namespace

std::uint64_t backup_manifest::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& file : files) sum += file.size;
  return sum;
}

bool is_older(std::string_view id, std::string_view than) {
  const auto time_of = [](std::string_view each) { return each.substr(0, each.find('-')); };
  if (time_of(id) != time_of(than)) return time_of(id) < time_of(than);
  // The first of a second has no number, and -10 comes after -9.
  return id.size() != than.size() ? id.size() < than.size() : id < than;
}

std::string render(const backup_manifest& manifest) {
  auto tree = tree_of(manifest);
  auto document = json_tree::of_object();
  document.set("sha256", json_tree::of_text(to_hex(sha256(tree.compact()))));
  document.set("manifest", std::move(tree));
  return document.pretty();
}

result<backup_manifest> read_backup_manifest(const std::filesystem::path& path) {
  const error damaged{error_code::corrupted, path.string() + " is damaged: it is not the manifest that was stored"};
  FRESHET_ASSIGN(const auto text, read_file(path));
  const auto document = parse_json(text);
  const auto* tree = document ? document->find("manifest") : nullptr;
  if (tree == nullptr || text_in(*document, "sha256") != to_hex(sha256(tree->compact()))) return damaged;
  if (number_in(*tree, "format") != format) {
    return error{error_code::unsupported, path.string() + " was written by a newer version of freshet; use that one"};
  }
  backup_manifest manifest;
  manifest.id = text_in(*tree, "id");
  manifest.ledger = text_in(*tree, "ledger");
  manifest.created_at = parse_timestamp(text_in(*tree, "created_at")).value_or(0);
  manifest.schema = static_cast<std::uint32_t>(number_in(*tree, "schema"));
  if (const auto* counts = tree->find("counts")) {
    manifest.counts = {number_in(*counts, "users"), number_in(*counts, "items"), number_in(*counts, "events"),
                       number_in(*counts, "dead_letters")};
  }
  if (const auto* positions = tree->find("positions")) {
    for (const auto& each : positions->elements()) {
      manifest.positions.push_back({text_in(each, "source"), static_cast<partition_id>(number_in(each, "partition")),
                                    static_cast<log_offset>(number_in(each, "next_offset"))});
    }
  }
  if (const auto* files = tree->find("files")) {
    for (const auto& each : files->elements()) {
      manifest.files.push_back({text_in(each, "name"), number_in(each, "size"), text_in(each, "sha256")});
      if (!stays_below(manifest.files.back().name) || !parse_sha256(manifest.files.back().sha256)) return damaged;
    }
  }
  if (manifest.id.empty() || path.stem() != manifest.id) return damaged;
  return manifest;
}

std::string summary_json(const backup_manifest& manifest) {
  auto out = head_of(manifest);
  out.set("files", json_tree::of_integer(manifest.files.size()));
  out.set("bytes", json_tree::of_integer(manifest.bytes()));
  return out.compact();
}

}  // namespace freshet
