#include "io/files/parquet_table.hpp"

namespace freshet {

result<std::unique_ptr<table>> open_parquet_table(const std::string& path) {
  return error{error_code::unsupported, path + " cannot be read: the Parquet plug-in is not installed"};
}

}  // namespace freshet
