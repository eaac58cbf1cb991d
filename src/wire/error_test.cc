// Errors of the protocols that no service of Orrery's speaks: what is absent is refused in them.
#include "wire/protocol.h"

#include <gtest/gtest.h>

namespace orrery::wire {
namespace {

ServiceModel speaking(Protocol protocol) {
  ServiceModel model{};
  model.protocol = protocol;
  return model;
}

std::string header(const ReplyParts& reply, std::string_view name) {
  for (const auto& [key, value] : reply.headers) {
    if (key == name) return value;
  }
  return {};
}

TEST(Errors, OfEc2) {
  const ReplyParts reply =
      serialize_error(speaking(Protocol::Ec2), nullptr, api_error("NotImplemented", "a < b", 501), "id-1");
  EXPECT_EQ(reply.status, 501);
  EXPECT_EQ(reply.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>NotImplemented</Code>"
            "<Message>a &lt; b</Message></Error></Errors><RequestID>id-1</RequestID></Response>");
}

TEST(Errors, OfRpcCbor) {
  const ReplyParts reply =
      serialize_error(speaking(Protocol::RpcV2Cbor), nullptr, api_error("NotImplemented", "no", 501), "id-1");
  EXPECT_EQ(header(reply, "Content-Type"), "application/cbor");
  EXPECT_EQ(header(reply, "smithy-protocol"), "rpc-v2-cbor");
  EXPECT_EQ(reply.body, "\xa2\x66__type\x6eNotImplemented\x67message\x62no");
}

// RFC 8949 section 3: up to 23 bytes the length is in the head itself, then in one, two or four bytes behind it.
TEST(Errors, OfRpcCborAnyLength) {
  const auto body_of = [](std::size_t size) {
    return serialize_error(speaking(Protocol::RpcV2Cbor), nullptr, api_error("C", std::string(size, 'x'), 400), "id")
        .body;
  };
  const std::size_t head = std::string("\xa2\x66__type\x61").size() + 1 + std::string("\x67message").size();
  EXPECT_EQ(body_of(23).substr(head, 2), "\x77x");
  EXPECT_EQ(body_of(24).substr(head, 3), "\x78\x18x");
  EXPECT_EQ(body_of(255).substr(head, 3), "\x78\xffx");
  EXPECT_EQ(body_of(256).substr(head, 4), std::string("\x79\x01\x00x", 4));
  EXPECT_EQ(body_of(65536).substr(head, 6), std::string("\x7a\x00\x01\x00\x00x", 6));
}

}  // namespace
}  // namespace orrery::wire
