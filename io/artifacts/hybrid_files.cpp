#include <algorithm>

#include "core/models/hybrid/hybrid.hpp"
#include "io/artifacts/checksum.hpp"
#include "io/artifacts/family_files.hpp"
#include "io/artifacts/id_mapping.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/artifacts/model_blend.hpp"
#include "io/files/atomic_file.hpp"

namespace freshet {
namespace {

/// One line of parts.json.
struct stored_part {
  std::string directory;
  double weight{};
  double score_std{};
  /// Checksum of the part's metadata, which holds those of its arrays; absent where people wrote the file.
  std::optional<std::string> checksum;
};

struct stored_blend {
  std::vector<stored_part> parts;
  hybrid_options options;
};

/// Below the blend's own directory, without steps upwards.
bool is_below(const std::filesystem::path& directory) {
  return directory.is_relative() && std::ranges::none_of(directory, [](const auto& step) { return step == ".."; });
}

/// Says what is wrong with it.
std::optional<std::string> read_part(const json_tree& tree, stored_part& part) {
  const json_tree* directory = tree.find("directory");
  const json_tree* weight = tree.find("weight");
  const json_tree* deviation = tree.find("score_std");
  if (directory == nullptr || !directory->text() || !is_below(*directory->text())) {
    return "a part has no directory below this one";
  }
  part.directory = *directory->text();
  if (weight == nullptr || !weight->number()) return part.directory + " has no weight";
  if (deviation == nullptr || !deviation->number()) return part.directory + " has no score_std";
  part.weight = *weight->number();
  part.score_std = *deviation->number();
  if (const json_tree* checksum = tree.find("checksum")) part.checksum = checksum->text().value_or("");
  return std::nullopt;
}

std::optional<std::string> read_blend(const json_tree& tree, stored_blend& blend) {
  const json_tree* parts = tree.find("parts");
  const json_tree* threshold = tree.find("cold_start_threshold");
  const json_tree* strategy = tree.find("cold_start_strategy");
  if (parts == nullptr || parts->elements().empty()) return "no parts";
  for (const auto& each : parts->elements()) {
    if (auto problem = read_part(each, blend.parts.emplace_back())) return problem;
  }
  if (threshold == nullptr || threshold->whole_number().value_or(1ULL << 32) >= 1ULL << 32) {
    return "cold_start_threshold is no whole number below 2^32";
  }
  blend.options.cold_start_threshold = static_cast<std::uint32_t>(*threshold->whole_number());
  const auto& words = cold_start_words();
  const auto found = strategy == nullptr ? words.end() : std::find(words.begin(), words.end(), strategy->text());
  if (found == words.end()) return "cold_start_strategy is unknown";
  blend.options.strategy = static_cast<cold_start_strategy>(found - words.begin());
  return std::nullopt;
}

result<stored_blend> read_blend(const std::filesystem::path& path) {
  FRESHET_ASSIGN(const std::string text, read_file(path));
  const auto tree = parse_json(text);
  if (!tree) return in_context(path.string(), tree.failure());
  stored_blend blend;
  if (const auto problem = read_blend(*tree, blend)) {
    return error{error_code::corrupted, path.string() + ": " + *problem};
  }
  return blend;
}

result<loaded_model> load_part(const std::filesystem::path& directory, const stored_part& part) {
  if (part.checksum) {
    FRESHET_ASSIGN(const auto layout, find_layout(directory));
    FRESHET_ASSIGN(const std::string actual, checksum_of_file(layout.metadata()));
    if (actual != *part.checksum) {
      return error{error_code::corrupted,
                   layout.metadata().string() + " is not that of the part that was blended; copy the model again"};
    }
  }
  return load_model(directory);
}

status load(const model_layout& layout, loaded_model& into) {
  const auto path = layout.file("parts.json");
  FRESHET_ASSIGN(const auto stored, read_blend(path));
  for (const auto& part : stored.parts) {
    FRESHET_ASSIGN(auto loaded, load_part(layout.directory / part.directory, part));
    into.parts.push_back(std::move(loaded));
  }
  FRESHET_ASSIGN(const auto item_ids,
                 read_id_mapping(layout.directory / item_mapping_file, union_of_items(into.parts).size()));
  auto served = align_parts(into.parts, item_ids);
  if (!served) return in_context(layout.directory.string(), served.failure());
  std::vector<hybrid_part> parts;
  for (std::size_t p = 0; p < served->size(); ++p) {
    parts.push_back({std::move((*served)[p]), stored.parts[p].weight, stored.parts[p].score_std});
  }
  auto blended = hybrid_model::blend(std::move(parts), stored.options);
  if (!blended) return in_context(path.string(), blended.failure());
  into.served = std::move(blended).value();
  return success{};
}

result<json_tree> render(const model_layout& layout, const hybrid_model& blend,
                         const std::vector<std::string>& directories) {
  json_tree parts = json_tree::of_array();
  for (std::size_t p = 0; p < directories.size(); ++p) {
    json_tree part = json_tree::of_object();
    part.set("directory", json_tree::of_text(directories[p]));
    part.set("weight", json_tree::of_number(blend.parts()[p].weight));
    part.set("score_std", json_tree::of_number(blend.parts()[p].score_std));
    FRESHET_ASSIGN(const auto part_layout, find_layout(layout.directory / directories[p]));
    FRESHET_ASSIGN(const std::string checksum, checksum_of_file(part_layout.metadata()));
    part.set("checksum", json_tree::of_text(checksum));
    parts.append(std::move(part));
  }
  json_tree tree = json_tree::of_object();
  tree.set("parts", std::move(parts));
  tree.set("cold_start_threshold", json_tree::of_integer(blend.options().cold_start_threshold));
  tree.set("cold_start_strategy",
           json_tree::of_text(cold_start_words()[static_cast<std::size_t>(blend.options().strategy)]));
  return tree;
}

status save(const model_layout& layout, const loaded_model& trained) {
  const auto* blend = dynamic_cast<const hybrid_model*>(trained.served.get());
  FRESHET_CHECK(blend != nullptr && trained.parts.size() == blend->parts().size(), "a blend is saved with its parts");
  std::vector<std::string> directories;
  for (std::size_t p = 0; p < trained.parts.size(); ++p) {
    const auto& part = trained.parts[p];
    directories.push_back(std::string(parts_directory) + "/" + std::to_string(p) + "_" +
                          std::string(part.served->type()));
    FRESHET_TRY(save_model(layout.directory / directories.back(), part));
  }
  FRESHET_ASSIGN(const json_tree tree, render(layout, *blend, directories));
  return write_file_atomically(layout.file("parts.json"), tree.pretty());
}

}  // namespace

model_family hybrid_files() {
  return {"hybrid", "parts.json", false, load, save};
}

}  // namespace freshet
