# Writes OUTPUT, the source file behind tools/freshet/build_facts.hpp, when its content changed.
# Called at every build with SOURCE, OUTPUT, COMPILER and LIBRARIES ("name=version", separated by commas).
execute_process(COMMAND git -C ${SOURCE} describe --always --abbrev=12 --dirty=-modified --exclude=*
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
string(REPLACE "," ";" LIBRARIES "${LIBRARIES}")
cmake_minimum_required(VERSION 3.25)
set(rows "")
foreach(library ${LIBRARIES})
  string(REGEX REPLACE "^(.*)=(.*)$" "    {\"\\1\", \"\\2\"},\n" row "${library}")
  string(APPEND rows "${row}")
endforeach()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT "#include \"tools/freshet/build_facts.hpp\"

namespace freshet::tools {

namespace {
constexpr std::pair<const char*, const char*> libraries[] = {
@rows@};
}  // namespace

const char* const build_commit = \"@commit@\";
const char* const build_compiler = \"@COMPILER@\";
const std::span<const std::pair<const char*, const char*>> build_libraries = libraries;

}  // namespace freshet::tools
")
