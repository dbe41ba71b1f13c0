#include "io/artifacts/checksum.hpp"

#include <xxhash.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "core/base/check.hpp"
#include "io/files/file_descriptor.hpp"

namespace freshet {

namespace {

std::string rendered(XXH64_hash_t hash) {
  char text[32];
  std::snprintf(text, sizeof text, "xxh3:%016llx", static_cast<unsigned long long>(hash));
  return text;
}

}  // namespace

std::string checksum_of(std::string_view bytes) {
  return rendered(XXH3_64bits(bytes.data(), bytes.size()));
}

result<std::string> checksum_of_file(const std::filesystem::path& path) {
  FRESHET_ASSIGN(const file_descriptor file, open_for_reading(path));
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), &XXH3_freeState);
  FRESHET_CHECK(state != nullptr && XXH3_64bits_reset(state.get()) == XXH_OK);
  std::vector<char> piece(1 << 20);
  for (;;) {
    FRESHET_ASSIGN(const std::size_t got, read_fully(file, piece, path));
    XXH3_64bits_update(state.get(), piece.data(), got);
    if (got < piece.size()) return rendered(XXH3_64bits_digest(state.get()));
  }
}

}  // namespace freshet
