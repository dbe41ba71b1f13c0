// What:   the checksum of a file as the metadata of a model names it: "xxh3:" and XXH3 of its bytes, 64 bits in hex.
// Why:    finds torn copies and flipped bits; it is no protection against somebody who means harm.
// Check:  `xxhsum -H3 FILE` prints the same digits.
// Cost:   streamed, at the speed of the disk.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace freshet {

[[nodiscard]] result<std::string> checksum_of_file(const std::filesystem::path& path);
[[nodiscard]] std::string checksum_of(std::string_view bytes);

}  // namespace freshet
