#include "gateway/access_entry.h"

#include <algorithm>
#include <utility>

namespace orrery::gateway {
namespace {

constexpr char kVersion = 2;
constexpr char kWithoutNames = 1;        // before policies had their names in it
constexpr std::size_t kMostText = 4096;  // of one text: an object's key is at most 1,024 bytes
constexpr std::size_t kMostSteps = 16384;

class BlockReader {
 public:
  explicit BlockReader(std::string_view bytes) : rest_(bytes.substr(1)), named_(bytes.front() != kWithoutNames) {}

  bool more() const { return ok_ && !rest_.empty(); }
  bool ok() const { return ok_; }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }

  std::string plain() {
    const std::uint64_t size = number();
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return {};
    }
    std::string out(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return out;
  }

  std::string repeated() {
    const std::uint64_t reference = number();
    if (reference == 0) {
      texts_.push_back(plain());
      return texts_.back();
    }
    if (reference > texts_.size()) {
      ok_ = false;
      return {};
    }
    return texts_[reference - 1];
  }

  AccessEntry entry() {
    AccessEntry out;
    out.at = instant_from_ms(static_cast<std::int64_t>(number()));
    out.request_id = plain();
    out.principal = repeated();
    out.role = repeated();
    out.account = repeated();
    out.service = repeated();
    out.operation = repeated();
    out.error = repeated();
    out.dispatched = number() != 0;
    for (auto left = number(); left > 0 && ok_; --left) {
      Judged one;
      one.action = repeated();
      one.resource = repeated();
      const std::uint64_t flags = number();
      one.outcome = static_cast<auth::Outcome>(flags & 3);
      one.source = static_cast<auth::Source>((flags >> 2) & 7);
      one.enforced = (flags & 32) == 0;
      one.policy = static_cast<int>(number()) - 1;
      one.statement = static_cast<int>(number()) - 1;
      one.steps = plain();
      if (named_) one.policy_name = repeated();
      out.judged.push_back(std::move(one));
    }
    return out;
  }

 private:
  std::string_view rest_;
  bool named_;
  std::vector<std::string> texts_;
  bool ok_ = true;
};

}  // namespace

void AccessBlock::number(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7F) | 0x80);
  bytes_ += static_cast<char>(value);
}

void AccessBlock::plain(std::string_view text) {
  number(text.size());
  bytes_ += text;
}

void AccessBlock::repeated(std::string_view text) {
  text = text.substr(0, kMostText);
  if (const auto found = texts_.find(text); found != texts_.end()) return number(found->second);
  texts_.emplace(text, texts_.size() + 1);
  number(0);
  plain(text);
}

void AccessBlock::judged(const Judged& one) {
  repeated(one.action);
  repeated(one.resource);
  number(static_cast<std::uint64_t>(one.outcome) | (static_cast<std::uint64_t>(one.source) << 2) |
         (one.enforced ? 0U : 32U));
  number(static_cast<std::uint64_t>(one.policy) + 1);
  number(static_cast<std::uint64_t>(one.statement) + 1);
  plain(one.steps.size() <= kMostSteps ? std::string_view(one.steps) : std::string_view());
  repeated(one.policy_name);
}

void AccessBlock::add(const Answered& answered, Instant now) {
  if (bytes_.empty()) bytes_ += kVersion;
  const Call& call = *answered.call;
  const auth::Principal nobody;
  const auth::Principal& who = call.principal != nullptr ? *call.principal : nobody;
  number(static_cast<std::uint64_t>(std::max<std::int64_t>(0, epoch_ms(now))));
  plain(call.request_id);
  repeated(who.arn);
  repeated(who.role_arn);
  repeated(who.account);
  repeated(answered.service != nullptr ? answered.service->model->id : std::string_view());
  repeated(answered.operation_name);
  repeated(answered.error != nullptr ? std::string_view(answered.error->code) : std::string_view());
  number(answered.dispatched ? 1 : 0);
  number(answered.judged.size());
  for (const Judged& one : answered.judged) judged(one);
}

std::string AccessBlock::take() {
  texts_.clear();
  return std::exchange(bytes_, {});
}

Result<std::vector<AccessEntry>> read_access_block(std::string_view bytes) {
  if (bytes.empty() || (bytes.front() != kVersion && bytes.front() != kWithoutNames)) {
    return fail(internal_error("corrupt block of the access log"));
  }
  BlockReader reader(bytes);
  std::vector<AccessEntry> out;
  while (reader.more()) out.push_back(reader.entry());
  if (!reader.ok()) return fail(internal_error("corrupt block of the access log"));
  return out;
}

}  // namespace orrery::gateway
