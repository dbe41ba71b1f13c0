#include "io/artifacts/model_metadata.hpp"

#include "core/base/text.hpp"
#include "io/artifacts/checksum.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/events/timestamp.hpp"
#include "io/files/atomic_file.hpp"

namespace freshet {

namespace {

constexpr std::uint64_t schema_version = 1;
constexpr std::string_view checksums_member = "\"checksums\"";
constexpr const char* own_checksum = "metadata";

/// Reads members of one object and remembers the first that is not what it should be.
class member_reader {
 public:
  explicit member_reader(const json_tree& object) : object_(&object) {}

  void text(std::string_view name, std::string& field) {
    read(name, "text", [&field](const json_tree& value) {
      const auto text = value.text();
      if (text) field = *text;
      return text.has_value();
    });
  }
  void number(std::string_view name, double& field) {
    read(name, "a finite number", [&field](const json_tree& value) {
      const auto number = value.number();
      if (number) field = *number;
      return number.has_value();
    });
  }
  template <class Field>
  void whole(std::string_view name, Field& field) {
    read(name, "a whole number", [&field](const json_tree& value) {
      const auto number = value.whole_number();
      if (number) field = *number;
      return number.has_value();
    });
  }
  template <class Field>
  void time(std::string_view name, Field& field) {
    read(name, "a time such as 2026-11-23T10:15:00Z", [&field](const json_tree& value) {
      const auto number = value.whole_number();
      const auto time = number ? std::optional(from_epoch_number(static_cast<std::int64_t>(*number)))
                               : parse_timestamp(value.text().value_or(""));
      if (time) field = *time;
      return time.has_value();
    });
  }
  const json_tree* object(std::string_view name) {
    const json_tree* found = nullptr;
    read(name, "an object", [&found](const json_tree& value) {
      if (value.is_object()) found = &value;
      return value.is_object();
    });
    return found;
  }
  const std::string& problem() const { return problem_; }

 private:
  template <class Accept>
  void read(std::string_view name, const char* wanted, Accept accept) {
    const json_tree* value = object_->find(name);
    if (value == nullptr || value->type() == json_tree::kind::null || accept(*value) || !problem_.empty()) return;
    problem_ = std::string(name) + " is " + in_quotes(value->compact()) + "; expected " + wanted;
  }

  const json_tree* object_;
  std::string problem_;
};

std::string read_scores(const json_tree& object, score_range& scores) {
  member_reader reader(object);
  reader.number("min", scores.min);
  reader.number("max", scores.max);
  reader.number("mean", scores.mean);
  reader.number("std", scores.std);
  reader.number("p01", scores.p01);
  reader.number("p99", scores.p99);
  return reader.problem();
}

/// Empty, or what is wrong.
std::string read_checksums(const json_tree& object, std::string_view text, metadata_document& into) {
  for (const auto& [file, value] : object.members()) {
    const auto checksum = value.text();
    if (!checksum) return "the checksum of " + in_quotes(file) + " is no text";
    if (file == own_checksum) {
      if (checksum_of(text.substr(0, text.find(checksums_member))) != *checksum) {
        return "the file does not match its own checksum; copy the model again";
      }
      continue;
    }
    if (file.find('/') != std::string::npos) return "a checksum is of " + in_quotes(file) + ", outside the directory";
    into.checksums[file] = *checksum;
  }
  return {};
}

/// Empty, or what is wrong.
std::string read_members(const json_tree& tree, std::string_view text, metadata_document& into) {
  member_reader reader(tree);
  reader.text("model_type", into.values.model_type);
  reader.whole("num_users", into.users);
  reader.whole("users", into.users);
  reader.whole("num_items", into.items);
  reader.whole("items", into.items);
  reader.whole("factors", into.factors);
  reader.time("created_at", into.values.created_at);
  reader.time("trained_until", into.values.trained_until);
  reader.whole("seed", into.values.seed);
  reader.text("data_hash", into.values.data_hash);
  const json_tree* scores = reader.object("score_range");
  const json_tree* checksums = reader.object("checksums");
  std::string problem = reader.problem();
  if (problem.empty() && scores != nullptr) problem = read_scores(*scores, into.values.scores);
  if (problem.empty() && checksums != nullptr) problem = read_checksums(*checksums, text, into);
  return problem;
}

json_tree render_scores(const score_range& scores) {
  json_tree tree = json_tree::of_object();
  tree.set("min", json_tree::of_number(scores.min));
  tree.set("max", json_tree::of_number(scores.max));
  tree.set("mean", json_tree::of_number(scores.mean));
  tree.set("std", json_tree::of_number(scores.std));
  tree.set("p01", json_tree::of_number(scores.p01));
  tree.set("p99", json_tree::of_number(scores.p99));
  return tree;
}

}  // namespace

result<metadata_document> read_metadata(const std::filesystem::path& path) {
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown)) return metadata_document{};
  FRESHET_ASSIGN(const std::string text, read_file(path));
  const auto tree = parse_json(text);
  if (!tree) return in_context(path.string(), tree.failure());
  if (!tree->is_object()) return error{error_code::corrupted, path.string() + ": expected a JSON object"};
  if (const json_tree* version = tree->find("schema_version")) {
    if (version->whole_number().value_or(schema_version + 1) > schema_version) {
      return error{error_code::unsupported, path.string() + " has schema version " + version->compact() +
                                                "; this program reads up to " + std::to_string(schema_version) +
                                                ": update it"};
    }
  }
  metadata_document document;
  const std::string problem = read_members(*tree, text, document);
  if (!problem.empty()) return error{error_code::corrupted, path.string() + ": " + problem};
  return document;
}

status replace_checksums(const std::filesystem::path& path, const std::map<std::string, std::string>& checksums) {
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown)) return success{};
  FRESHET_ASSIGN(const std::string text, read_file(path));
  auto tree = parse_json(text);
  if (!tree) return in_context(path.string(), tree.failure());
  json_tree* sums = tree->find("checksums");
  if (sums == nullptr || !sums->is_object()) return success{};
  for (const auto& [file, checksum] : checksums) {
    if (sums->find(file) != nullptr) sums->set(file, json_tree::of_text(checksum));
  }
  const std::string fresh = tree->pretty();
  if (sums->find(own_checksum) != nullptr) {
    sums->set(own_checksum, json_tree::of_text(checksum_of(fresh.substr(0, fresh.find(checksums_member)))));
  }
  return write_file_atomically(path, tree->pretty());
}

std::string render_metadata(const model_metadata& values, const std::map<std::string, std::string>& checksums) {
  json_tree tree = json_tree::of_object();
  tree.set("schema_version", json_tree::of_integer(schema_version));
  tree.set("model_type", json_tree::of_text(values.model_type));
  tree.set("users", json_tree::of_integer(values.users));
  tree.set("items", json_tree::of_integer(values.items));
  tree.set("factors", json_tree::of_integer(values.factors));
  tree.set("created_at", json_tree::of_text(to_rfc3339(values.created_at)));
  if (values.trained_until) tree.set("trained_until", json_tree::of_text(to_rfc3339(*values.trained_until)));
  tree.set("score_range", render_scores(values.scores));
  tree.set("seed", json_tree::of_integer(values.seed));
  tree.set("data_hash", json_tree::of_text(values.data_hash));
  json_tree sums = json_tree::of_object();
  for (const auto& [file, checksum] : checksums) sums.set(file, json_tree::of_text(checksum));
  tree.set("checksums", sums);
  // `checksums` stands last: what is in it does not change the bytes in front of it.
  const std::string text = tree.pretty();
  sums.set(own_checksum, json_tree::of_text(checksum_of(text.substr(0, text.find(checksums_member)))));
  tree.set("checksums", sums);
  return tree.pretty();
}

}  // namespace freshet
