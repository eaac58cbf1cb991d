#include "services/lambda/invocation/pipe.h"

#include <utility>

namespace orrery::lambda {

std::function<void()> Pipe::waiting() { return std::exchange(call_, nullptr); }

void Pipe::push(std::string bytes) {
  if (bytes.empty()) return;  // would look like the end
  std::function<void()> call;
  {
    const std::lock_guard lock(mutex_);
    if (abandoned_ || ended_) return;
    bytes_ += bytes.size();
    pieces_.push_back(std::move(bytes));
    call = waiting();
  }
  if (call) call();
}

void Pipe::end() {
  std::function<void()> call;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    call = waiting();
  }
  if (call) call();
}

std::size_t Pipe::backlog() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

bool Pipe::ready() const {
  const std::lock_guard lock(mutex_);
  return ended_ || !pieces_.empty();
}

void Pipe::when_ready(const std::function<void()>& call) {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_ && pieces_.empty()) {
      call_ = call;
      return;
    }
  }
  call();
}

std::string Pipe::take() {
  const std::lock_guard lock(mutex_);
  if (pieces_.empty()) return {};
  std::string piece = std::move(pieces_.front());
  pieces_.pop_front();
  bytes_ -= piece.size();
  return piece;
}

void Pipe::abandon() {
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
  pieces_.clear();
  bytes_ = 0;
  call_ = nullptr;
}

Result<std::string_view> PipeBody::next() {
  piece_ = pipe_->take();
  return std::string_view(piece_);
}

}  // namespace orrery::lambda
