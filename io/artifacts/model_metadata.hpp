// What:   <type>_metadata.json: what a model is, and the checksums of its files.
// Form:   {schema_version, model_type, users, items, factors, created_at, trained_until, score_range {min max mean std
//         p01 p99}, seed, data_hash, checksums {"<file>": "xxh3:...", "metadata": "xxh3:..."}}. The checksum "metadata"
//         covers the bytes of this file in front of the word "checksums", so `checksums` is the last member.
// Reads:  every member may be absent; num_users and num_items are understood; times in any accepted form.
// Errors: unsupported for a newer schema, corrupted naming file and member.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "io/artifacts/model_directory.hpp"

namespace freshet {

struct metadata_document {
  model_metadata values;
  /// What the file claims, to be compared with the arrays; absent = no claim.
  std::optional<std::uint64_t> users;
  std::optional<std::uint64_t> items;
  std::optional<std::uint64_t> factors;
  /// File name -> checksum; empty = the model has none.
  std::map<std::string, std::string> checksums;
};

/// A file that does not exist gives an empty document.
[[nodiscard]] result<metadata_document> read_metadata(const std::filesystem::path& path);
/// Rewrites the checksums of these files in a metadata file, and nothing else; files that have none there get none.
[[nodiscard]] status replace_checksums(const std::filesystem::path& path,
                                       const std::map<std::string, std::string>& checksums);
[[nodiscard]] std::string render_metadata(const model_metadata& values,
                                          const std::map<std::string, std::string>& checksums);

}  // namespace freshet
