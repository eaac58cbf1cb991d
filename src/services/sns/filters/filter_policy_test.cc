#include "services/sns/filters/filter_policy.h"

#include <gtest/gtest.h>

namespace orrery::sns {
namespace {

constexpr FilterScope kAttributes = FilterScope::OfAttributes;
constexpr FilterScope kBody = FilterScope::OfBody;

MessageAttributes attributes_of(const std::string& text) {
  MessageAttributes out;
  const json::value document = *parse_json(text);
  for (const auto& [name, one] : document.get_object()) {
    MessageAttributeValue value;
    value.DataType = text_of(one, "t");
    if (value.DataType == "Binary") {
      value.BinaryValue = text_of(one, "v");
    } else {
      value.StringValue = text_of(one, "v");
    }
    out[std::string(name)] = value;
  }
  return out;
}

struct Case {
  const char* policy;
  const char* message;  // attributes, or a body
  const char* why;      // nullptr: passes
};

constexpr char kNone[] = "MessageAttributes";

constexpr Case kOfAttributes[] = {
    {R"({"a":["x"]})", R"({"a":{"t":"String","v":"x"}})", nullptr},
    {R"({"a":["x"]})", R"({"a":{"t":"String","v":"X"}})", kNone},
    {R"({"a":["x","y"]})", R"({"a":{"t":"String","v":"y"},"b":{"t":"String","v":"z"}})", nullptr},
    {R"({"a":["x"],"b":["y"]})", R"({"a":{"t":"String","v":"x"}})", kNone},
    {R"({"a":["x"]})", R"({})", "NoMessageAttributes"},
    {R"({"a":[{"exists":false}]})", R"({})", nullptr},
    {R"({"a":[{"exists":false}]})", R"({"a":{"t":"String","v":"x"}})", kNone},
    {R"({"a":[{"exists":true}]})", R"({"a":{"t":"Number","v":"1"}})", nullptr},
    {R"({"a":[{"prefix":"ab"}]})", R"({"a":{"t":"String","v":"abc"}})", nullptr},
    {R"({"a":[{"suffix":"bc"}]})", R"({"a":{"t":"String","v":"abc"}})", nullptr},
    {R"({"a":[{"equals-ignore-case":"ABC"}]})", R"({"a":{"t":"String","v":"abc"}})", nullptr},
    {R"({"a":[{"anything-but":"x"}]})", R"({"a":{"t":"String","v":"y"}})", nullptr},
    {R"({"a":[{"anything-but":["x","y"]}]})", R"({"a":{"t":"String","v":"y"}})", kNone},
    {R"({"a":[{"anything-but":{"prefix":"x"}}]})", R"({"a":{"t":"String","v":"xy"}})", kNone},
    {R"({"a":[{"anything-but":{"suffix":"x"}}]})", R"({"a":{"t":"String","v":"xy"}})", nullptr},
    {R"({"a":[{"cidr":"10.0.0.0/24"}]})", R"({"a":{"t":"String","v":"10.0.0.255"}})", nullptr},
    {R"({"a":[{"cidr":"10.0.0.0/24"}]})", R"({"a":{"t":"String","v":"10.1.1.0"}})", kNone},
    {R"({"a":[3]})", R"({"a":{"t":"Number","v":"3"}})", nullptr},
    {R"({"a":[3]})", R"({"a":{"t":"Number","v":"3.0"}})", nullptr},
    {R"({"a":[3]})", R"({"a":{"t":"String","v":"3"}})", kNone},
    {R"({"a":["3"]})", R"({"a":{"t":"Number","v":"3"}})", kNone},
    {R"({"a":[{"numeric":[">",0,"<=",150]}]})", R"({"a":{"t":"Number","v":"+150"}})", nullptr},
    {R"({"a":[{"numeric":[">",0,"<=",150]}]})", R"({"a":{"t":"Number","v":"150.5"}})", kNone},
    {R"({"a":[{"numeric":["=",3.015e2]}]})", R"({"a":{"t":"Number","v":"301.5"}})", nullptr},
    {R"({"a":["x"]})", R"({"a":{"t":"String.Array","v":"[\"w\",\"x\"]"}})", nullptr},
    {R"({"a":[7,true,null]})", R"({"a":{"t":"String.Array","v":"[null]"}})", nullptr},
    {R"({"a":[7]})", R"({"a":{"t":"String.Array","v":"[\"7\"]"}})", kNone},
    {R"({"a":["x"]})", R"({"a":{"t":"String.Array","v":"[x"}})", "InvalidAttributes"},
    {R"({"a":["x"]})", R"({"a":{"t":"Binary","v":"x"}})", kNone},
    {R"({"$or":[{"a":["x"]},{"b":["y"]}]})", R"({"b":{"t":"String","v":"y"}})", nullptr},
    {R"({"c":["z"],"$or":[{"a":["x"]},{"b":["y"]}]})", R"({"b":{"t":"String","v":"y"}})", kNone},
    {R"({"a.b":["x"]})", R"({"a.b":{"t":"String","v":"x"}})", nullptr},
};

constexpr Case kOfBodies[] = {
    {R"({"a":["x"]})", R"({"a":"x","b":1})", nullptr},
    {R"({"a":["x"]})", R"({"a":["w","x"]})", nullptr},
    {R"({"a":["x"]})", R"({"b":"x"})", "MessageBody"},
    {R"({"a":{"b":["x"],"c":[{"numeric":["<",3]}]}})", R"({"a":{"b":"x","c":2}})", nullptr},
    {R"({"a":{"b":["x"],"c":[1]}})", R"({"a":[{"b":"x","c":2},{"b":"y","c":1}]})", "MessageBody"},
    {R"({"a":{"b":[{"exists":false}]}})", R"({"a":{"c":1}})", nullptr},
    {R"({"a":[null]})", R"({"a":null})", nullptr},
    {R"({"a":["x"]})", "no JSON", "InvalidMessageBody"},
    {R"({"a":["x"]})", R"("x")", "InvalidMessageBody"},
    {R"({"a":["x"]})", R"(["x"])", "InvalidMessageBody"},
};

TEST(FilterPolicy, WhatPassesAndWhy) {
  for (const Case& one : kOfAttributes) {
    const auto filter = parse_filter(one.policy, kAttributes, "");
    ASSERT_TRUE(filter.ok()) << one.policy << filter.error().message;
    EXPECT_STREQ(why_filtered(**filter, kAttributes, attributes_of(one.message), ""), one.why)
        << one.policy << " " << one.message;
  }
  for (const Case& one : kOfBodies) {
    const auto filter = parse_filter(one.policy, kBody, "");
    ASSERT_TRUE(filter.ok()) << one.policy << filter.error().message;
    EXPECT_STREQ(why_filtered(**filter, kBody, {}, one.message), one.why) << one.policy << " " << one.message;
  }
}

struct Refused {
  FilterScope scope;
  const char* policy;
  const char* message;
};

constexpr Refused kRefused[] = {
    {kAttributes, "{", "FilterPolicy: failed to parse JSON."},
    {kAttributes, "[]", "FilterPolicy: failed to parse JSON."},
    {kAttributes, R"({"a":"x"})", "FilterPolicy: \"a\" must be an object or an array"},
    {kAttributes, R"({"a":[]})", "FilterPolicy: Empty arrays are not allowed"},
    {kAttributes, R"({"a":[["x"]]})", "FilterPolicy: Match value must be String, number, true, false, or null"},
    {kAttributes, R"({"a":{"b":["x"]}})",
     "Filter policy scope MessageAttributes does not support nested filter policy"},
    {kAttributes, R"({"a":[{"exists":null}]})", "FilterPolicy: exists match pattern must be either true or false."},
    {kAttributes, R"({"a":[{"error":true}]})", "FilterPolicy: Unrecognized match type error"},
    {kAttributes, R"({"a":[{"prefix":1}]})", "FilterPolicy: prefix match pattern must be a string"},
    {kAttributes, R"({"a":[{"prefix":"x","suffix":"y"}]})", "FilterPolicy: Only one key allowed in match expression"},
    {kAttributes, R"({"a":[{"numeric":[]}]})", "FilterPolicy: Invalid member in numeric match: ]"},
    {kAttributes, R"({"a":[{"numeric":[50,"<=","100"]}]})", "FilterPolicy: Invalid member in numeric match: 50"},
    {kAttributes, R"({"a":[{"numeric":["0"]}]})", "FilterPolicy: Unrecognized numeric range operator: 0"},
    {kAttributes, R"({"a":[{"numeric":["<","100"]}]})", "FilterPolicy: Value of < must be numeric"},
    {kAttributes, R"({"a":[{"numeric":["=","1"]}]})", "FilterPolicy: Value of equals must be numeric"},
    {kAttributes, R"({"a":[{"numeric":["<",20,">",1]}]})", "FilterPolicy: Too many elements in numeric expression"},
    {kAttributes, R"({"a":[{"numeric":[">",20,">",1]}]})", "FilterPolicy: Bad numeric range operator: >"},
    {kAttributes, R"({"a":[{"numeric":[">",20,"<",1]}]})", "FilterPolicy: Bottom must be less than top"},
    {kAttributes, R"({"a":[{"numeric":[">",20,"<"]}]})", "FilterPolicy: Value of < must be numeric"},
    {kAttributes, R"({"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]})",
     "FilterPolicy: Filter policy can not have more than 5 keys"},
    {kBody, R"({"a":{"b":{"c":[1,2,3,4]}},"d":{"e":[1,2,3]},"f":[1,2,3]})",
     "FilterPolicy: Filter policy is too complex"},
    {kBody, R"({"$or":[{"a":["x"]}]})", "FilterPolicy: There must have at least 2 Objects in $or relationship."},
};

TEST(FilterPolicy, WhatIsRefusedAndHow) {
  for (const Refused& one : kRefused) {
    const auto filter = parse_filter(one.policy, one.scope, "Attributes Reason: ");
    ASSERT_FALSE(filter.ok()) << one.policy;
    EXPECT_EQ(filter.error().code, "InvalidParameter");
    EXPECT_EQ(filter.error().message, std::string("Invalid parameter: Attributes Reason: ") + one.message);
  }
}

TEST(FilterPolicy, NoneIsNone) {
  EXPECT_EQ(*parse_filter("", kAttributes, ""), nullptr);
  EXPECT_EQ(*parse_filter("{}", kAttributes, ""), nullptr);
}

TEST(FilterPolicy, LimitsAreInclusive) {
  EXPECT_TRUE(parse_filter(R"({"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"]})", kAttributes, "").ok());
  EXPECT_TRUE(parse_filter(R"({"a":[1,2,3,4,5],"b":[1,2,3,4,5],"c":[1,2,3,4,5,6]})", kAttributes, "").ok());
}

TEST(FilterPolicy, TheCacheKnowsTheScope) {
  FilterCache cache;
  const std::string policy = R"({"a":["x"]})";
  const auto first = cache.get(policy, kAttributes);
  EXPECT_EQ(cache.get(policy, kAttributes), first);
  EXPECT_NE(cache.get(policy, kBody), first);
}

}  // namespace
}  // namespace orrery::sns
