// What:   a text file written as a stream, compressed where its name ends in .gz or .zst.
// Rules:  the file appears, or replaces the old one, with `commit`; without it nothing changes (atomic_file.hpp).
// Errors: io_failure and exhausted naming the path.
// Limits: memory for one block.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "core/base/result.hpp"

namespace freshet {

class output_file {
 public:
  virtual ~output_file() = default;
  [[nodiscard]] virtual status write(std::string_view bytes) = 0;
  [[nodiscard]] virtual status commit() = 0;
};

[[nodiscard]] result<std::unique_ptr<output_file>> create_output_file(const std::filesystem::path& path);

}  // namespace freshet
