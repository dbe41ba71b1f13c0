#include "io/artifacts/check_model.hpp"

#include <algorithm>
#include <set>

#include "io/artifacts/checksum.hpp"
#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/model_layout.hpp"
#include "io/artifacts/model_metadata.hpp"

namespace freshet {
namespace {

checked_file check_file(const std::filesystem::path& path, std::string name, const std::string& expected) {
  checked_file file{.name = std::move(name), .bytes = 0, .has_checksum = !expected.empty(), .problem = {}};
  std::error_code missing;
  file.bytes = std::filesystem::file_size(path, missing);
  if (missing) {
    file.bytes = 0;
    file.problem = "is missing";
    return file;
  }
  if (expected.empty()) return file;
  const auto actual = checksum_of_file(path);
  if (!actual) {
    file.problem = actual.failure().message;
  } else if (*actual != expected) {
    file.problem = "does not match its checksum";
  }
  return file;
}

/// `front` is where the files stand in the names: "parts/0_als/" for a part of a blend.
void check_files(const std::filesystem::path& directory, const std::string& front, std::vector<checked_file>& into) {
  std::map<std::string, std::string> checksums;
  std::string own_file;
  std::string own_problem;
  if (const auto layout = find_layout(directory)) {
    own_file = layout->metadata().filename().string();
    auto metadata = read_metadata(layout->metadata());
    if (metadata) {
      checksums = std::move(metadata->checksums);
    } else {
      own_problem = metadata.failure().message;
    }
  }
  std::set<std::string> names;
  for (const auto& [name, expected] : checksums) names.insert(name);
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
    if (entry.is_regular_file()) names.insert(entry.path().filename().string());
  }
  for (const auto& name : names) {
    const auto expected = checksums.find(name);
    into.push_back(
        check_file(directory / name, front + name, expected == checksums.end() ? std::string() : expected->second));
    // The metadata holds a checksum of itself.
    if (name == own_file) into.back().has_checksum = !checksums.empty();
    if (name == own_file && !own_problem.empty()) into.back().problem = own_problem;
  }
  std::vector<std::filesystem::path> parts;
  for (const auto& entry : std::filesystem::directory_iterator(directory / parts_directory, failed)) {
    parts.push_back(entry.path());
  }
  std::sort(parts.begin(), parts.end());
  for (const auto& part : parts) {
    check_files(part, front + parts_directory + "/" + part.filename().string() + "/", into);
  }
}

}  // namespace

bool model_check::passed() const {
  return !problem && std::all_of(files.begin(), files.end(), [](const auto& each) { return each.problem.empty(); });
}

model_check check_model(const std::filesystem::path& directory) {
  model_check check;
  check_files(directory, "", check.files);
  if (const auto loaded = load_model(directory); !loaded) check.problem = loaded.failure();
  return check;
}

}  // namespace freshet
