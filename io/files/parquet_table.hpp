// What:   a Parquet file as a table, batch by batch.
// Errors: unsupported when the Parquet plug-in is not installed, with how to get it.
#pragma once

#include <memory>
#include <string>

#include "io/files/table.hpp"

namespace freshet {

[[nodiscard]] result<std::unique_ptr<table>> open_parquet_table(const std::string& path);

}  // namespace freshet
