#include "services/sqs/messages/checks.h"
#include "services/sqs/messages/digest.h"
#include "services/sqs/messages/handle.h"

#include <gtest/gtest.h>

namespace orrery::sqs {
namespace {

MessageAttributeValue text(std::string type, std::string value) {
  MessageAttributeValue out;
  out.DataType = std::move(type);
  out.StringValue = std::move(value);
  return out;
}

// The values are those that the SDKs compute.
TEST(Digest, OfBodiesAndAttributes) {
  EXPECT_EQ(md5_hex("hello"), "5d41402abc4b2a76b9719d911017c592");
  MessageAttributes attributes;
  attributes["test"] = text("String", "abc");
  MessageAttributeValue binary;
  binary.DataType = "Binary";
  binary.BinaryValue = "abc";
  MessageAttributes other;
  other["test"] = binary;
  EXPECT_EQ(md5_of(attributes).size(), 32);
  EXPECT_NE(md5_of(attributes), md5_of(other));
}

TEST(Handle, ThereAndBack) {
  const auto read = parse_handle(handle_text({7, 1ULL << 40, ~0ULL}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->queue, 7);
  EXPECT_EQ(read->number, 1ULL << 40);
  EXPECT_EQ(read->receipt, ~0ULL);
  std::string changed = handle_text({7, 8, 9});
  changed[10] = changed[10] == 'A' ? 'B' : 'A';
  for (const std::string& wrong : {std::string(), std::string("foo"), std::string("AQEB"), changed}) {
    EXPECT_FALSE(parse_handle(wrong)) << wrong;
  }
}

TEST(Stored, ThereAndBack) {
  Content content;
  content.id = "id";
  content.body = std::string("a\0b", 3);
  content.group = "g";
  content.attributes["x"] = text("Number", "1");
  content.attributes["y"].DataType = "Binary";
  content.attributes["y"].BinaryValue = std::string("\0", 1);
  const auto read = decode_content(encode(content));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->body, content.body);
  EXPECT_EQ(read->attributes.at("y").BinaryValue, content.attributes["y"].BinaryValue);
  EXPECT_EQ(md5_of(read->attributes), md5_of(content.attributes));
  State state;
  state.sent = instant_from_ms(5);
  state.receives = 300;
  state.receipt = 9;
  state.group = "g";
  const auto same = decode_state(encode(state));
  ASSERT_TRUE(same);
  EXPECT_EQ(same->receives, 300);
  EXPECT_EQ(same->group, "g");
  for (const std::string& bytes : {encode(content), encode(state)}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decode_content(bytes.substr(0, size)) && decode_state(bytes.substr(0, size))) << size;
    }
  }
}

TEST(Checks, IdsOfABatch) {
  EXPECT_TRUE(check_ids({"a", "b-_1"}, "X"));
  EXPECT_EQ(check_ids({}, "X").error().message, "There should be at least one X in the request.");
  EXPECT_EQ(check_ids({"a", "a"}, "X").error().message, "Id a repeated.");
  EXPECT_FALSE(check_ids({"a b"}, "X"));
  EXPECT_FALSE(check_ids({std::string(81, 'a')}, "X"));
  EXPECT_FALSE(check_ids(std::vector<std::string>(11, "a"), "X"));
}

TEST(Checks, WantedAttributes) {
  EXPECT_TRUE(is_wanted({"All"}, "a"));
  EXPECT_TRUE(is_wanted({".*"}, "a"));
  EXPECT_TRUE(is_wanted({"x", "stem.*"}, "stem.a"));
  EXPECT_FALSE(is_wanted({"x", "stem.*"}, "other"));
  EXPECT_FALSE(is_wanted({}, "a"));
}

}  // namespace
}  // namespace orrery::sqs
