#include "tools/freshet/plot.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "io/files/atomic_file.hpp"

extern char** environ;

namespace freshet::tools {
namespace {

/// In single quotes gnuplot knows no escapes but the quote itself.
std::string quoted(const std::string& text) {
  std::string made = "'";
  for (const char c : text) made += c == '\'' ? "''" : std::string(1, c);
  return made + "'";
}

std::string data_block(std::size_t number, const plot::series& shown) {
  std::string block = "$series" + std::to_string(number) + " << END\n";
  char line[64];
  for (const auto& [x, y] : shown.values) {
    std::snprintf(line, sizeof line, "%.10g %.10g\n", x, y);
    block += line;
  }
  return block + "END\n";
}

/// Runs gnuplot on a script in a file; returns its exit code, or -errno when it could not be started.
int run_gnuplot(const std::filesystem::path& script) {
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // The parent may have blocked signals to stop between two units of work.
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string program = "gnuplot";
  std::string argument = script.string();
  char* arguments[] = {program.data(), argument.data(), nullptr};
  pid_t child = 0;
  const int failed = posix_spawnp(&child, "gnuplot", &actions, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) return -failed;
  int state = 0;
  while (::waitpid(child, &state, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(state) ? WEXITSTATUS(state) : 128;
}

}  // namespace

std::string to_script(const plot& drawn, const std::filesystem::path& svg) {
  std::string script = "set terminal svg size 900,540 background 'white'\nset output " + quoted(svg.string()) +
                       "\nset title " + quoted(drawn.title) + " noenhanced\nset xlabel " + quoted(drawn.x_label) +
                       "\nset ylabel " + quoted(drawn.y_label) + " noenhanced\nset key below\nset grid\n";
  std::string command;
  for (std::size_t i = 0; i < drawn.shown.size(); ++i) {
    const auto& series = drawn.shown[i];
    if (series.values.empty()) continue;
    script += data_block(i, series);
    command += (command.empty() ? "plot " : ", ") + ("$series" + std::to_string(i)) + " using 1:2 with " +
               (series.is_line ? "steps linewidth 2" : "points pointtype 7 pointsize 0.6") + " title " +
               quoted(series.name);
  }
  return script + command + "\n";
}

status draw(const plot& drawn, const std::filesystem::path& svg) {
  const std::filesystem::path script = svg.string() + ".gnuplot";
  FRESHET_TRY(write_file_atomically(script, to_script(drawn, svg)));
  const int code = run_gnuplot(script);
  std::error_code ignored;
  std::filesystem::remove(script, ignored);
  if (code == 0) return success{};
  if (code == -ENOENT || code == 127) {
    return error{error_code::unavailable, "no plot: gnuplot is not installed (Debian: gnuplot-nox)"};
  }
  return error{error_code::io_failure, "no plot: gnuplot failed on " + svg.string()};
}

}  // namespace freshet::tools
