#include "services/sqs/messages/digest.h"

#include "base/encode.h"

namespace orrery::sqs {
namespace {

void append_sized(std::string& out, std::string_view text) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(text.size() >> shift);
  out += text;
}

template <class Value>
std::string digest(const std::map<std::string, Value>& attributes) {
  std::string bytes;
  for (const auto& [name, value] : attributes) {
    append_sized(bytes, name);
    append_sized(bytes, value.DataType);
    bytes += value.BinaryValue ? '\2' : '\1';
    append_sized(bytes, value.BinaryValue ? *value.BinaryValue : value.StringValue.value_or(""));
  }
  return md5_hex(bytes);
}

}  // namespace

std::string md5_hex(std::string_view text) { return hex(md5(text)); }
std::string md5_of(const MessageAttributes& attributes) { return digest(attributes); }
std::string md5_of(const std::map<std::string, MessageSystemAttributeValue>& attributes) { return digest(attributes); }

}  // namespace orrery::sqs
