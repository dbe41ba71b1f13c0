// What:   takes users out of the log files under `logging.dir`: where a request's line names one (logging.user_ids =
//         full), the bytes of the id become asterisks.
// Why:    in place, byte for byte, so that whoever writes to a file goes on writing to it, and no line is lost.
// Leaves: gdpr.log, which keeps the ids of those who were erased: that is what it is for.
// Errors: io_failure naming the file. Lines that still wait to be written are the caller's to flush first.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "core/base/result.hpp"

namespace freshet {

/// How many mentions there were.
[[nodiscard]] result<std::uint64_t> erase_users_from_logs(const std::filesystem::path& directory,
                                                          std::span<const std::string> user_ids);

}  // namespace freshet
