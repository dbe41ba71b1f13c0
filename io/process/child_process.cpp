#include "io/process/child_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <utility>

extern char** environ;  // NOLINT: as unistd.h declares it for GNU sources only

namespace freshet {
namespace {

struct pipe_ends {
  int read = -1;
  int write = -1;
};

/// Closed in the child by exec; our end never waits.
bool open_pipe(pipe_ends& made) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  made = {ends[0], ends[1]};
  return ::fcntl(made.read, F_SETFL, O_NONBLOCK) == 0;
}

void close_if_open(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

int spawn(const std::string& program, const std::vector<std::string>& arguments, int output, int errors, pid_t& pid) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
  posix_spawnattr_t how;
  posix_spawnattr_init(&how);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&how, &signals);
  for (const int each : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) sigaddset(&signals, each);
  posix_spawnattr_setsigdefault(&how, &signals);
  // A group of its own: Ctrl-C at the terminal is for this process, which decides what becomes of the child.
  posix_spawnattr_setpgroup(&how, 0);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const auto& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
  argv.push_back(nullptr);
  const int failed = ::posix_spawn(&pid, program.c_str(), &files, &how, argv.data(), environ);
  posix_spawnattr_destroy(&how);
  posix_spawn_file_actions_destroy(&files);
  return failed;
}

}  // namespace

result<child_process> child_process::start(const std::string& program, const std::vector<std::string>& arguments) {
  pipe_ends output;
  pipe_ends errors;
  pid_t pid = -1;
  int failed = open_pipe(output) && open_pipe(errors) ? 0 : errno;
  if (failed == 0) failed = spawn(program, arguments, output.write, errors.write, pid);
  close_if_open(output.write);
  close_if_open(errors.write);
  if (failed == 0) return child_process(pid, output.read, errors.read);
  close_if_open(output.read);
  close_if_open(errors.read);
  return error{error_code::io_failure, "cannot start " + program + ": " + std::strerror(failed)};
}

std::string child_process::this_program() {
  constexpr const char* self = "/proc/self/exe";
  std::error_code unknown;
  const auto file = std::filesystem::read_symlink(self, unknown);
  // "/usr/bin/freshet (deleted)" is not there; what the kernel holds open can be started all the same.
  return !unknown && std::filesystem::exists(file, unknown) ? file.string() : self;
}

child_process::child_process(child_process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      ending_(other.ending_),
      output_(std::exchange(other.output_, {})),
      errors_(std::exchange(other.errors_, {})) {}

child_process& child_process::operator=(child_process&& other) noexcept {
  if (this == &other) return *this;
  close();
  pid_ = std::exchange(other.pid_, -1);
  ending_ = other.ending_;
  output_ = std::exchange(other.output_, {});
  errors_ = std::exchange(other.errors_, {});
  return *this;
}

child_process::~child_process() {
  close();
}

void child_process::close() {
  if (pid_ > 0 && !ending_) {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  close_if_open(output_.descriptor);
  close_if_open(errors_.descriptor);
}

void child_process::signal(int number) const {
  if (pid_ > 0 && !ending_) ::kill(pid_, number);
}

std::optional<child_process::ending> child_process::ended() {
  if (ending_ || pid_ <= 0) return ending_;
  int how = 0;
  if (::waitpid(pid_, &how, WNOHANG) != pid_) return std::nullopt;
  ending_ = WIFEXITED(how) ? ending{WEXITSTATUS(how), 0} : ending{-1, WTERMSIG(how)};
  return ending_;
}

void child_process::read(stream& from, std::vector<std::string>& to) const {
  char block[4096];
  for (;;) {
    const auto got = ::read(from.descriptor, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    from.rest.append(block, static_cast<std::size_t>(got));
  }
  std::size_t begin = 0;
  for (auto end = from.rest.find('\n'); end != std::string::npos; end = from.rest.find('\n', begin)) {
    to.push_back(from.rest.substr(begin, end - begin));
    begin = end + 1;
  }
  from.rest.erase(0, begin);
  if (ending_ && !from.rest.empty()) to.push_back(std::exchange(from.rest, {}));
}

child_process::lines child_process::read() {
  lines arrived;
  read(output_, arrived.output);
  read(errors_, arrived.errors);
  return arrived;
}

}  // namespace freshet
