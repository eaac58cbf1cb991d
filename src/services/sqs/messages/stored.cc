#include "services/sqs/messages/stored.h"

#include "store/key.h"

namespace orrery::sqs {
namespace {

constexpr std::uint8_t kContent = 0, kState = 1, kAttempt = 2;
constexpr char kVersion = 1;

class Writer {
 public:
  Writer() { out_ += kVersion; }
  Writer& number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>((value & 0x7f) | 0x80);
    out_ += static_cast<char>(value);
    return *this;
  }
  Writer& fixed(std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) out_ += static_cast<char>(value >> shift);
    return *this;
  }
  Writer& at(Instant time) { return fixed(static_cast<std::uint64_t>(epoch_ms(time))); }
  Writer& text(std::string_view value) {
    number(value.size());
    out_ += value;
    return *this;
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes), ok_(!bytes.empty() && bytes.front() == kVersion) {
    if (ok_) rest_.remove_prefix(1);
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(next());
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    ok_ = false;
    return 0;
  }
  std::uint64_t fixed() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(next());
    return value;
  }
  Instant at() { return instant_from_ms(static_cast<long long>(fixed())); }
  std::string text() {
    const std::uint64_t size = number();
    if (size > rest_.size()) {
      ok_ = false;
      return {};
    }
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }
  bool ok() const { return ok_; }

 private:
  char next() {
    if (rest_.empty()) {
      ok_ = false;
      return 0;
    }
    const char byte = rest_.front();
    rest_.remove_prefix(1);
    return byte;
  }

  std::string_view rest_;
  bool ok_;
};

template <class T>
Result<T> checked(const Reader& reader, T value) {
  if (!reader.ok()) return fail(internal_error("corrupt record: message of a queue"));
  return value;
}

std::string message_key(std::uint64_t queue, std::uint8_t kind, MessageNumber number) {
  return KeyWriter(KeyKind::QueueMessage).u64(queue).u8(kind).u64(number).take();
}

}  // namespace

std::string content_key(std::uint64_t queue, MessageNumber number) { return message_key(queue, kContent, number); }
std::string state_key(std::uint64_t queue, MessageNumber number) { return message_key(queue, kState, number); }
std::string states_prefix(std::uint64_t queue) { return KeyWriter(KeyKind::QueueMessage).u64(queue).u8(kState).take(); }
std::string messages_prefix(std::uint64_t queue) { return KeyWriter(KeyKind::QueueMessage).u64(queue).take(); }
std::string attempts_prefix(std::uint64_t queue) {
  return KeyWriter(KeyKind::QueueMessage).u64(queue).u8(kAttempt).take();
}
std::string attempt_key(std::uint64_t queue, std::string_view id) {
  return KeyWriter(KeyKind::QueueMessage).u64(queue).u8(kAttempt).text(id).take();
}
std::string duplicates_prefix(std::uint64_t queue) { return KeyWriter(KeyKind::QueueDuplicate).u64(queue).take(); }
std::string duplicate_key(std::uint64_t queue, std::string_view id) {
  return KeyWriter(KeyKind::QueueDuplicate).u64(queue).text(id).take();
}

MessageNumber number_in(std::string_view key) {
  KeyReader reader(key);
  reader.u64();
  reader.u8();
  return reader.u64();
}

std::string encode(const Content& content) {
  Writer out;
  out.text(content.id).text(content.body).text(content.body_md5).text(content.sender);
  out.text(content.trace_header).text(content.group).text(content.duplicate_id).text(content.came_from);
  out.text(content.sequence).number(content.attributes.size());
  for (const auto& [name, value] : content.attributes) {
    out.text(name).text(value.DataType);
    const bool binary = value.BinaryValue.has_value();
    out.number(binary ? 1 : 0).text(binary ? *value.BinaryValue : value.StringValue.value_or(""));
  }
  return out.take();
}

Result<Content> decode_content(std::string_view bytes) {
  Reader in(bytes);
  Content content;
  for (std::string* part : {&content.id, &content.body, &content.body_md5, &content.sender, &content.trace_header,
                            &content.group, &content.duplicate_id, &content.came_from, &content.sequence}) {
    *part = in.text();
  }
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    MessageAttributeValue& value = content.attributes[in.text()];
    value.DataType = in.text();
    const bool binary = in.number() == 1;
    (binary ? value.BinaryValue : value.StringValue) = in.text();
  }
  return checked(in, std::move(content));
}

std::string encode(const State& state) {
  return Writer()
      .at(state.sent)
      .at(state.visible)
      .number(static_cast<std::uint64_t>(state.receives))
      .at(state.first_received)
      .fixed(state.receipt)
      .text(state.group)
      .take();
}

Result<State> decode_state(std::string_view bytes) {
  Reader in(bytes);
  State state;
  state.sent = in.at();
  state.visible = in.at();
  state.receives = static_cast<std::int64_t>(in.number());
  state.first_received = in.at();
  state.receipt = in.fixed();
  state.group = in.text();
  return checked(in, std::move(state));
}

std::string encode(const Duplicate& duplicate) {
  return Writer().at(duplicate.until).text(duplicate.id).text(duplicate.sequence).take();
}

Result<Duplicate> decode_duplicate(std::string_view bytes) {
  Reader in(bytes);
  Duplicate duplicate;
  duplicate.until = in.at();
  duplicate.id = in.text();
  duplicate.sequence = in.text();
  return checked(in, std::move(duplicate));
}

std::string encode(const Attempt& attempt) {
  Writer out;
  out.at(attempt.until).number(attempt.receipts.size());
  for (const auto& [number, receipt] : attempt.receipts) out.fixed(number).fixed(receipt);
  return out.take();
}

Result<Attempt> decode_attempt(std::string_view bytes) {
  Reader in(bytes);
  Attempt attempt;
  attempt.until = in.at();
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    const MessageNumber number = in.fixed();
    attempt.receipts.emplace_back(number, in.fixed());
  }
  return checked(in, std::move(attempt));
}

}  // namespace orrery::sqs
