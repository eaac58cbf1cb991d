// An operation's ReplyBody as what http/ pulls from.
#pragma once

#include "http/message.h"
#include "services/call.h"

#include <memory>
#include <utility>

namespace orrery::gateway {

class Outgoing final : public http::BodySource {
 public:
  explicit Outgoing(std::unique_ptr<ReplyBody> body) : body_(std::move(body)) {}
  std::optional<std::uint64_t> length() const override { return body_->length(); }
  Result<std::string_view> next() override { return body_->next(); }
  bool ready() const override { return body_->ready(); }
  void when_ready(const std::function<void()>& call) override { body_->when_ready(call); }

 private:
  std::unique_ptr<ReplyBody> body_;
};

}  // namespace orrery::gateway
