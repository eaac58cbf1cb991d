// Bytes on their way from the pool's thread, which makes them, to a connection, which sends them.
#pragma once

#include "services/call.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace orrery::lambda {

class Pipe {
 public:
  // The maker's side. What comes after the reader has gone is dropped.
  void push(std::string bytes);
  void end();
  // Not taken yet.
  std::size_t backlog() const;

  // The reader's side: there is a piece, or the end.
  bool ready() const;
  void when_ready(const std::function<void()>& call);
  std::string take();  // empty at the end
  void abandon();

 private:
  std::function<void()> waiting();  // locked; whom to call

  mutable std::mutex mutex_;
  std::deque<std::string> pieces_;
  std::size_t bytes_ = 0;
  bool ended_ = false;
  bool abandoned_ = false;
  std::function<void()> call_;
};

// The reader's end, as the gateway sends it.
class PipeBody final : public ReplyBody {
 public:
  explicit PipeBody(std::shared_ptr<Pipe> pipe) : pipe_(std::move(pipe)) {}
  ~PipeBody() override { pipe_->abandon(); }
  PipeBody(const PipeBody&) = delete;
  PipeBody& operator=(const PipeBody&) = delete;

  std::optional<std::uint64_t> length() const override { return std::nullopt; }
  Result<std::string_view> next() override;
  bool ready() const override { return pipe_->ready(); }
  void when_ready(const std::function<void()>& call) override { pipe_->when_ready(call); }

 private:
  std::shared_ptr<Pipe> pipe_;
  std::string piece_;
};

}  // namespace orrery::lambda
