// What:   finds and loads the Parquet plug-in.
// Where:  libfreshet_parquet.so beside the program, in lib/ beside it, or in ../lib.
// Errors: unsupported when it is not there or of another version, with how to get it.
// Threads: any.
#pragma once

#include "core/base/result.hpp"
#include "io/files/parquet_plugin.hpp"

namespace freshet {

/// Loaded once, by whoever asks first; it stays until the process ends.
[[nodiscard]] result<const parquet_library*> load_parquet_library();

}  // namespace freshet
