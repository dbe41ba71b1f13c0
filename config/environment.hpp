// What:   settings from environment variables, and from a `.env` file of the same names.
// Names:  FRESHET_<SECTION>__<KEY> for every setting > RECSYS_* > the bare names of the documents (API_PORT).
//         FRESHET_<SECTION>__<KEY>_FILE names a file that holds the value, for secrets.
// Empty:  an older name that is empty counts as not set, as container files leave them; FRESHET_* sets the empty text.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/assignment.hpp"
#include "core/base/result.hpp"

namespace freshet {

using environment_variables = std::map<std::string, std::string>;

/// The variables of this process.
[[nodiscard]] environment_variables process_environment();

/// NAME=VALUE lines; comments, `export`, single and double quotes. A file that does not exist has none.
/// Errors: invalid_argument with file and line.
[[nodiscard]] result<environment_variables> read_dotenv(const std::filesystem::path& path);

struct environment_settings {
  /// Weaker ones first: applying them in order leaves the strongest.
  assignments values;
  /// FRESHET_* and RECSYS_* names that mean nothing, with what was probably meant.
  std::vector<std::string> warnings;
};

/// `source` goes in front of the names in origins: "environment " or ".env ".
[[nodiscard]] result<environment_settings> settings_in(const environment_variables& variables,
                                                       const std::string& source);

}  // namespace freshet
