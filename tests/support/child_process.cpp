#include "tests/support/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <sstream>
#include <thread>

#include "core/base/check.hpp"
#include "tests/support/eventually.hpp"

namespace freshet::testing {
namespace {

using namespace std::chrono_literals;

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void redirect(const std::filesystem::path& path, int descriptor) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0 || dup2(file, descriptor) < 0) _exit(127);
}

}  // namespace

child_process::child_process(std::vector<std::string> arguments, const std::filesystem::path& directory,
                             const std::string& name)
    : base_(directory / name) {
  std::vector<char*> raw;
  for (auto& each : arguments) raw.push_back(each.data());
  raw.push_back(nullptr);
  pid_ = fork();
  FRESHET_CHECK(pid_ >= 0, "fork failed");
  if (pid_ > 0) return;
  redirect(base_.string() + ".out", STDOUT_FILENO);
  redirect(base_.string() + ".err", STDERR_FILENO);
  redirect("/dev/null", STDIN_FILENO);
  if (chdir(directory.c_str()) != 0) _exit(127);
  execv(raw[0], raw.data());
  _exit(127);
}

child_process::~child_process() {
  if (!running()) return;
  signal(SIGKILL);
  wait(10s);
}

void child_process::signal(int number) const {
  ::kill(pid_, number);
}

bool child_process::running() {
  return wait(0ms) == -1;
}

int child_process::wait(std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  while (exit_code_ < 0) {
    int state = 0;
    if (waitpid(pid_, &state, WNOHANG) == pid_) {
      exit_code_ = WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
    } else if (std::chrono::steady_clock::now() >= until) {
      break;
    } else {
      std::this_thread::sleep_for(2ms);
    }
  }
  return exit_code_;
}

std::string child_process::output() const {
  return content_of(base_.string() + ".out");
}
std::string child_process::errors() const {
  return content_of(base_.string() + ".err");
}

pid_t await_child_of(pid_t process) {
  pid_t found = 0;
  EXPECT_TRUE(eventually([&] {
    const auto threads = "/proc/" + std::to_string(process) + "/task";
    for (const auto& each : std::filesystem::directory_iterator(threads)) {
      if (std::ifstream(each.path() / "children") >> found) return true;
    }
    return false;
  })) << process
      << " starts none";
  return found;
}

command_result run_freshet(const std::vector<std::string>& arguments, const std::filesystem::path& directory) {
  static std::atomic<int> runs{0};
  std::vector<std::string> line{FRESHET_BINARY};
  line.insert(line.end(), arguments.begin(), arguments.end());
  child_process process(std::move(line), directory, "run" + std::to_string(runs++));
  const int code = process.wait(120s);
  return {code, process.output(), process.errors()};
}

}  // namespace freshet::testing
