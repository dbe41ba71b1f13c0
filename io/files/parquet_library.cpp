#include "io/files/parquet_library.hpp"

#include <dlfcn.h>

#include <filesystem>

namespace freshet {
namespace {

constexpr const char* file_name = "libfreshet_parquet.so";

std::filesystem::path find_plugin(const std::filesystem::path& program_directory) {
  std::error_code ignored;
  for (const char* folder : {".", "lib", "../lib"}) {
    const auto candidate = program_directory / folder / file_name;
    if (std::filesystem::exists(candidate, ignored)) return candidate;
  }
  return {};
}

}  // namespace

result<const parquet_library*> load_parquet_library() {
  std::error_code failure;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failure);
  const auto plugin = find_plugin(program.parent_path());
  if (plugin.empty()) {
    return error{error_code::unsupported,
                 std::string(file_name) + " is neither beside " + program.string() +
                     " nor in lib or ../lib; install it with the program, or use CSV or NDJSON"};
  }
  // The loader counts; RTLD_NODELETE because Arrow's threads cannot be taken down again.
  void* loaded = ::dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (loaded == nullptr) {
    const char* reason = ::dlerror();
    return error{error_code::unsupported, "cannot load " + plugin.string() + ": " + (reason != nullptr ? reason : "")};
  }
  const auto entry = reinterpret_cast<parquet_plugin_function>(::dlsym(loaded, parquet_plugin_entry));
  const auto* library = entry != nullptr ? entry(parquet_plugin_version) : nullptr;
  if (library == nullptr) {
    return error{error_code::unsupported,
                 plugin.string() + " belongs to another version of the program; install the two together"};
  }
  return library;
}

}  // namespace freshet
