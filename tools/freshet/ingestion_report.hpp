// What: what became of files, in words and as JSON, as `ingest` and `stream-ingest` tell it.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "tools/freshet/file_ingestion.hpp"

namespace freshet::tools {

/// 1,204,000
[[nodiscard]] std::string with_commas(std::uint64_t number);

/// "events: 4 read, 3 applied, 0 duplicates, 1 rejected", and a line for each thing that needs one; nothing when
/// nothing was read. Each line ends.
[[nodiscard]] std::string in_words(const std::string& name, const ingestion_counts& counts, const char* duplicates);
[[nodiscard]] boost::json::object to_json(const ingestion_counts& counts);

/// Bad rows are passed by, but a file of nothing else was read with the wrong columns or format. `what`: "items".
[[nodiscard]] std::optional<error> only_rejected(const ingestion_counts& counts, const std::string& what);

}  // namespace freshet::tools
