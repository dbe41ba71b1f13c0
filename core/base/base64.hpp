// What:   bytes as base64 with padding (RFC 4648, section 4).
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace freshet {

[[nodiscard]] std::string to_base64(std::span<const std::uint8_t> bytes);

}  // namespace freshet
