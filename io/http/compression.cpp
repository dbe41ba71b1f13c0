#include "io/http/compression.hpp"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <mutex>
#include <vector>

#include "io/http/framing.hpp"

namespace freshet::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Whether the parameters of an entry (";q=0.5") leave it above zero.
bool is_wanted(std::string_view parameters) {
  while (!parameters.empty()) {
    parameters.remove_prefix(1);  // the semicolon
    const std::string_view parameter = trimmed(parameters.substr(0, parameters.find(';')));
    parameters.remove_prefix(std::min(parameters.find(';'), parameters.size()));
    if (parameter.size() < 3 || !equal_ignoring_case(parameter.substr(0, 2), "q=")) continue;
    return parameter.substr(2).find_first_of("123456789") != std::string_view::npos;
  }
  return true;
}

struct deflater {
  deflater() {
    // 15 bits of window, 16 for the gzip wrapper.
    ready = deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~deflater() {
    if (ready) deflateEnd(&stream);
  }
  deflater(const deflater&) = delete;
  deflater& operator=(const deflater&) = delete;

  z_stream stream{};
  bool ready = false;
};

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<bool> any;
  while (!accept_encoding.empty()) {
    const std::string_view entry = accept_encoding.substr(0, accept_encoding.find(','));
    accept_encoding.remove_prefix(std::min(entry.size() + 1, accept_encoding.size()));
    const auto semicolon = std::min(entry.find(';'), entry.size());
    const std::string_view coding = trimmed(entry.substr(0, semicolon));
    const bool wanted = is_wanted(entry.substr(semicolon));
    if (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip")) return wanted;
    if (coding == "*") any = wanted;
  }
  return any.value_or(false);
}

bool worth_compressing(const response& out) {
  if (out.body.size() <= gzip_bytes_min || out.status == 204 || out.status == 304) return false;
  for (const auto& [name, value] : out.headers) {
    if (equal_ignoring_case(name, "content-encoding")) return false;
  }
  const std::string_view type = out.content_type;
  if (type.starts_with("text/")) return true;
  for (const std::string_view word : {"json", "javascript", "xml", "yaml"}) {
    if (type.find(word) != std::string_view::npos) return true;
  }
  return false;
}

struct gzip_pool::state {
  std::mutex mutex;
  std::vector<std::unique_ptr<deflater>> idle;
};

gzip_pool::gzip_pool() : state_(std::make_unique<state>()) {}
gzip_pool::~gzip_pool() = default;

std::optional<std::string> gzip_pool::compress(std::string_view body) {
  constexpr std::size_t idle_max = 8;
  std::unique_ptr<deflater> worker;
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->idle.empty()) {
      worker = std::move(state_->idle.back());
      state_->idle.pop_back();
    }
  }
  if (!worker) worker = std::make_unique<deflater>();
  if (!worker->ready || body.size() > UINT32_MAX) return std::nullopt;
  // What does not fit into less than the body is not worth sending compressed.
  std::string out(body.size(), '\0');
  z_stream& stream = worker->stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool finished = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(out.size() - stream.avail_out);
  deflateReset(&stream);
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->idle.size() < idle_max) state_->idle.push_back(std::move(worker));
  }
  if (!finished) return std::nullopt;
  return out;
}

}  // namespace freshet::http
