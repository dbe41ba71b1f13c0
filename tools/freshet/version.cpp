// `freshet version`: the program and what it was built with, for bug reports.
#include <cstdio>
#include <memory>

#include "io/artifacts/json_tree.hpp"
#include "tools/freshet/build_facts.hpp"
#include "tools/freshet/command.hpp"

namespace freshet::tools {
namespace {

void print_text() {
  std::printf("freshet %s%s%s\n", FRESHET_VERSION, *build_commit == '\0' ? "" : " ", build_commit);
  std::printf("  %-14s %s\n", "compiler", build_compiler);
  for (const auto& [name, version] : build_libraries) std::printf("  %-14s %s\n", name, version);
}

void print_json() {
  json_tree libraries = json_tree::of_object();
  for (const auto& [name, version] : build_libraries) libraries.set(name, json_tree::of_text(version));
  json_tree facts = json_tree::of_object();
  facts.set("version", json_tree::of_text(FRESHET_VERSION));
  if (*build_commit != '\0') facts.set("commit", json_tree::of_text(build_commit));
  facts.set("compiler", json_tree::of_text(build_compiler));
  facts.set("libraries", std::move(libraries));
  std::printf("%s\n", facts.compact().c_str());
}

}  // namespace

void add_version(CLI::App& app, invocation& call) {
  auto& command =
      add_command(app, call, "version", "The program's version and those of its libraries.", "freshet version --json");
  const auto as_json = std::make_shared<bool>(false);
  command.add_flag("--json", *as_json, "Print JSON");
  command.callback([&call, as_json] {
    call.run = [as_json] {
      *as_json ? print_json() : print_text();
      return exit_ok;
    };
  });
}

}  // namespace freshet::tools
