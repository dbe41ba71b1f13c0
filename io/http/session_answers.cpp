// The half of session that writes: answers in the order of their requests, several in one gather write.
#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <iterator>
#include <utility>

#include "io/http/io_loop.hpp"
#include "io/http/response_head.hpp"
#include "io/http/session.hpp"

namespace freshet::http {
namespace {

namespace asio = boost::asio;

/// Bodies up to this size are copied behind their head: one buffer for the kernel, and cheaper than two.
constexpr std::size_t copied_body_bytes_max = 8192;
/// Answers are gathered into one write up to about this size.
constexpr std::size_t out_bytes_soft_max = 64 << 10;
/// What an idle connection keeps of its output buffer.
constexpr std::size_t out_bytes_kept_max = 16 << 10;

}  // namespace

void finish_call(pending_call& call, std::chrono::steady_clock::time_point now) {
  const auto& done = call.server->callbacks.on_done;
  const std::size_t body_bytes = call.in.verb == method::head ? 0 : call.out.body.size();
  if (done) done(call.in, call.out.status, body_bytes, now - call.in.arrived);
  --call.server->in_flight;
}

void session::complete(pending_call& call, response out) {
  call.out = std::move(out);
  call.answered = true;
  if (closed_) return finish_call(call, std::chrono::steady_clock::now());
  advance();
}

/// Puts the answers that are due into out_ and large_bodies_.
void session::append_answers() {
  for (std::size_t i = 0; i < calls_.size() && calls_[i]->answered && out_.size() < out_bytes_soft_max; ++i) {
    pending_call& call = *calls_[i];
    // A server that stops ends each connection behind the last request it has taken.
    if (server_->draining && i + 1 == calls_.size()) call.close = finishing_ = true;
    std::move(call.fields.begin(), call.fields.end(), std::back_inserter(call.out.headers));
    append_head(out_, call.out,
                {.request_id = call.in.request_id,
                 .date_line = loop_.date_line(),
                 .content_length = call.out.body.size(),
                 .close = call.close,
                 .tell_keep_alive = call.tell_keep_alive});
    ++writing_calls_;
    const bool without_body = call.in.verb == method::head || call.out.status == 204 || call.out.status == 304;
    if (without_body) continue;
    if (call.out.body.size() <= copied_body_bytes_max) {
      out_ += call.out.body;
    } else {
      large_bodies_.emplace_back(out_.size(), call.out.body);
    }
  }
}

/// One list of buffers over heads and bodies, for one gather write.
void session::gather() {
  out_buffers_.clear();
  std::size_t from = 0;
  for (const auto& [offset, body] : large_bodies_) {
    out_buffers_.emplace_back(out_.data() + from, offset - from);
    out_buffers_.emplace_back(body.data(), body.size());
    from = offset;
  }
  if (from < out_.size()) out_buffers_.emplace_back(out_.data() + from, out_.size() - from);
}

/// True when something was written completely.
bool session::write() {
  if (writing_ || closed_) return false;
  out_.clear();
  large_bodies_.clear();
  writing_calls_ = 0;
  if (continue_wanted_ && calls_.empty()) {
    out_ = "HTTP/1.1 100 Continue\r\n\r\n";
    continue_wanted_ = false;
  }
  append_answers();
  if (out_.empty()) return false;
  gather();
  // Almost always the kernel takes it all at once; then there is no trip through the scheduler.
  boost::system::error_code ec;
  std::size_t written = socket_.write_some(out_buffers_, ec);
  if (ec && ec != asio::error::would_block && ec != asio::error::try_again) {
    close();
    return false;
  }
  while (!out_buffers_.empty() && written >= out_buffers_.front().size()) {
    written -= out_buffers_.front().size();
    out_buffers_.erase(out_buffers_.begin());
  }
  if (out_buffers_.empty()) {
    on_written();
    return true;
  }
  out_buffers_.front() += written;
  writing_ = true;
  write_deadline_ = std::chrono::steady_clock::now() + server_->limits.write_deadline;
  asio::async_write(socket_, out_buffers_,
                    [self = shared_from_this()](const boost::system::error_code& failure, std::size_t) {
                      self->writing_ = false;
                      if (self->closed_) return;
                      if (failure) return self->close();
                      self->write_deadline_ = time_point::max();
                      self->on_written();
                      self->advance();
                    });
  return false;
}

void session::on_written() {
  bool last = false;
  now_ = std::chrono::steady_clock::now();
  for (; writing_calls_ > 0; --writing_calls_) {
    const auto call = std::move(calls_.front());
    calls_.pop_front();
    body_bytes_in_work_ -= call->in.body.size();
    last = last || call->close;
    finish_call(*call, now_);
  }
  // One connection out of thousands must not keep the buffer that a burst of pipelined requests took.
  if (out_.capacity() > out_bytes_kept_max) out_ = std::string();
  if (last) linger();
}

/// Says that no more comes and waits for the client to close: closing at once, with bytes of the client unread, would
/// make the kernel throw away what is still on its way to it.
void session::linger() {
  boost::system::error_code ec;
  socket_.shutdown(asio::socket_base::shutdown_send, ec);
  if (ec || input_closed_) return close();
  begin_ = end_ = 0;
  enter(phase::lingering);
  read();
}

}  // namespace freshet::http
