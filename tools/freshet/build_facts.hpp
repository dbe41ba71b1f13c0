// What: what this binary was made of; cmake/build_facts.cmake writes the values at every build.
#pragma once

#include <span>
#include <utility>

namespace freshet::tools {

/// Abbreviated hash, with "-modified" when the tree differed; empty outside a repository.
extern const char* const build_commit;
extern const char* const build_compiler;
/// Name and version of the libraries it was compiled against.
extern const std::span<const std::pair<const char*, const char*>> build_libraries;

}  // namespace freshet::tools
