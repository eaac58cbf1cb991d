#include "pattern/pattern.h"

#include <gtest/gtest.h>

namespace orrery::pattern {
namespace {

// The sample of the documentation, with a few more fields.
constexpr const char* kEvent = R"({
  "version": "0", "id": "ddddd4-aaaa-7777-4444-345dd43cc333", "detail-type": "EC2 Instance State-change Notification",
  "source": "aws.ec2", "account": "012345679012", "time": "2017-10-02T16:24:49Z", "region": "us-east-1",
  "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-000000aaaaaa00000", "other"],
  "detail": {
    "c-count": 5, "d-count": 3, "x-limit": 301.8, "source-ip": "10.0.0.33", "v6": "2001:db8::7", "state": "running",
    "empty": "", "nothing": null, "yes": true, "list": [], "path": "/a/b*c\\d", "big": 9007199254740993,
    "inner": {"deep": {"leaf": "x"}},
    "people": [{"name": "ann", "age": 30}, {"name": "bob", "age": 40, "tags": ["t1", "t2"]}]
  }})";

bool match(std::string_view text) {
  static const json::value event = json::parse(kEvent);
  const auto pattern = parse_pattern(text);
  EXPECT_TRUE(pattern.ok()) << text << ": " << (pattern ? "" : pattern.error().message);
  return pattern && matches(*pattern, event);
}

struct Row {
  const char* pattern;
  bool matches;
};

const Row kRows[] = {
    {R"({"source":["aws.ec2"]})", true},
    {R"({"source":["aws.s3","aws.ec2"]})", true},
    {R"({"source":["aws.s3"]})", false},
    {R"({"source":["aws.ec2"],"region":["eu-west-1"]})", false},
    {R"({"resources":["other"]})", true},
    {R"({"resources":["none"]})", false},
    {R"({"absent":["x"]})", false},
    {R"({"detail":{"state":["initializing","running"]}})", true},
    {R"({"detail":["running"]})", false},
    {R"({"source":{"x":["aws.ec2"]}})", false},
    {R"({"detail":{"inner":{"deep":{"leaf":["x"]}}}})", true},
    {R"({"detail":{"nothing":[null]}})", true},
    {R"({"detail":{"empty":[""]}})", true},
    {R"({"detail":{"empty":[null]}})", false},
    {R"({"detail":{"yes":[true]}})", true},
    {R"({"detail":{"yes":["true"]}})", false},
    {R"({"detail":{"c-count":[5]}})", true},
    {R"({"detail":{"c-count":[5.0]}})", true},
    {R"({"detail":{"c-count":["5"]}})", false},
    {R"({"detail":{"x-limit":[3.018e2]}})", true},
    {R"({"detail":{"big":[9007199254740993]}})", true},
    {R"({"detail":{"big":[9007199254740992]}})", false},
    // Text.
    {R"({"time":[{"prefix":"2017-10-02"}]})", true},
    {R"({"time":[{"prefix":"2017-10-03"}]})", false},
    {R"({"source":[{"prefix":{"equals-ignore-case":"AWS."}}]})", true},
    {R"({"source":[{"suffix":"ec2"}]})", true},
    {R"({"source":[{"suffix":"ec3"}]})", false},
    {R"({"source":[{"suffix":{"equals-ignore-case":"EC2"}}]})", true},
    {R"({"source":[{"equals-ignore-case":"AWS.EC2"}]})", true},
    {R"({"source":[{"equals-ignore-case":"AWS.EC"}]})", false},
    {R"({"detail":{"c-count":[{"prefix":"5"}]}})", false},
    {R"({"source":[{"wildcard":"a*.e*2"}]})", true},
    {R"({"source":[{"wildcard":"*"}]})", true},
    {R"({"source":[{"wildcard":"aws.ec2"}]})", true},
    {R"({"source":[{"wildcard":"*ec2*ec2"}]})", false},
    {R"({"source":[{"wildcard":"aws.ec2*2"}]})", false},
    {R"({"detail":{"path":[{"wildcard":"/*/b\\*c\\\\*"}]}})", true},
    {R"({"detail":{"path":[{"wildcard":"/a/bX\\*c*"}]}})", false},
    // Numbers and addresses.
    {R"({"detail":{"c-count":[{"numeric":[">",0,"<=",5]}]}})", true},
    {R"({"detail":{"c-count":[{"numeric":[">",0,"<",5]}]}})", false},
    {R"({"detail":{"d-count":[{"numeric":["<",10]}]}})", true},
    {R"({"detail":{"d-count":[{"numeric":[">=",3]}]}})", true},
    {R"({"detail":{"d-count":[{"numeric":[">",3]}]}})", false},
    {R"({"detail":{"d-count":[{"numeric":["<=",2.9]}]}})", false},
    {R"({"detail":{"x-limit":[{"numeric":["=",3.018e2]}]}})", true},
    {R"({"detail":{"state":[{"numeric":[">",0]}]}})", false},
    {R"({"detail":{"source-ip":[{"cidr":"10.0.0.0/24"}]}})", true},
    {R"({"detail":{"source-ip":[{"cidr":"10.0.1.0/24"}]}})", false},
    {R"({"detail":{"v6":[{"cidr":"2001:db8::/32"}]}})", true},
    {R"({"detail":{"state":[{"cidr":"10.0.0.0/24"}]}})", false},
    // Anything but.
    {R"({"detail":{"state":[{"anything-but":"initializing"}]}})", true},
    {R"({"detail":{"state":[{"anything-but":"running"}]}})", false},
    {R"({"detail":{"state":[{"anything-but":["stopped","running"]}]}})", false},
    {R"({"detail":{"x-limit":[{"anything-but":[100,200]}]}})", true},
    {R"({"detail":{"x-limit":[{"anything-but":301.8}]}})", false},
    {R"({"detail":{"state":[{"anything-but":{"prefix":"init"}}]}})", true},
    {R"({"detail":{"state":[{"anything-but":{"prefix":"run"}}]}})", false},
    {R"({"detail":{"state":[{"anything-but":{"suffix":["ing","ed"]}}]}})", false},
    {R"({"detail":{"state":[{"anything-but":{"wildcard":"r*g"}}]}})", false},
    {R"({"detail":{"state":[{"anything-but":{"equals-ignore-case":["RUNNING"]}}]}})", false},
    {R"({"detail":{"absent":[{"anything-but":"x"}]}})", false},
    {R"({"resources":[{"anything-but":"other"}]})", true},  // another element is something else
    // Presence: leaves only.
    {R"({"detail":{"c-count":[{"exists":true}]}})", true},
    {R"({"detail":{"absent":[{"exists":true}]}})", false},
    {R"({"detail":{"absent":[{"exists":false}]}})", true},
    {R"({"detail":{"c-count":[{"exists":false}]}})", false},
    {R"({"detail":{"inner":[{"exists":true}]}})", false},
    {R"({"detail":{"inner":[{"exists":false}]}})", true},
    {R"({"detail":{"nothing":[{"exists":true}]}})", true},
    {R"({"detail":{"list":[{"exists":true}]}})", false},
    {R"({"nowhere":{"x":{"y":[{"exists":false}]}}})", true},
    {R"({"detail":{"state":["stopped",{"exists":false}]}})", false},
    {R"({"detail":{"gone":["stopped",{"exists":false}]}})", true},
    // Arrays of objects: one element must have it all.
    {R"({"detail":{"people":{"name":["ann"],"age":[30]}}})", true},
    {R"({"detail":{"people":{"name":["ann"],"age":[40]}}})", false},
    {R"({"detail":{"people":{"name":["bob"],"tags":["t2"]}}})", true},
    {R"({"detail":{"people":{"tags":[{"exists":false}]}}})", false},
    {R"({"detail":{"people":{"size":[{"exists":false}],"name":["bob"]}}})", true},
    // Alternatives.
    {R"({"source":["aws.ec2"],"$or":[{"region":["x"]},{"account":["012345679012"]}]})", true},
    {R"({"source":["aws.ec2"],"$or":[{"region":["x"]},{"account":["y"]}]})", false},
    {R"({"source":["no"],"$or":[{"region":["us-east-1"]},{"account":["y"]}]})", false},
    {R"({"detail":{"$or":[{"c-count":[{"numeric":[">",9]}]},{"state":["running"],"$or":[{"yes":[true]},{"yes":[false]}]}]}})",
     true},
};

TEST(EventPattern, Table) {
  for (const Row& row : kRows) EXPECT_EQ(match(row.pattern), row.matches) << row.pattern;
}

struct Refusal {
  const char* pattern;
  const char* reason;
};

const Refusal kRefused[] = {
    {"[]", "Filter is not an object"},
    {"5", "Filter is not an object"},
    {"{}", "Empty objects are not allowed"},
    {R"({"source":["a"],"detail":{}})", "Empty objects are not allowed"},
    {R"({"source":[]})", "Empty arrays are not allowed"},
    {R"({"source":"a"})", "\"source\" must be an object or an array"},
    {R"({"detail":{"slug":null}})", "\"slug\" must be an object or an array"},
    {R"({"source":[["a"]]})", "Match value must be String, number, true, false, or null"},
    {R"({"source":[{}]})", "Match expression name not found"},
    {R"({"source":[{"starts":"a"}]})", "Unrecognized match type starts"},
    {R"({"source":[{"prefix":5}]})", "prefix match pattern must be a string"},
    {R"({"source":[{"suffix":["a"]}]})", "suffix match pattern must be a string"},
    {R"({"source":[{"equals-ignore-case":5}]})", "equals-ignore-case match pattern must be a string"},
    {R"({"source":[{"wildcard":5}]})", "wildcard match pattern must be a string"},
    {R"({"source":[{"wildcard":"a**b"}]})", "Consecutive wildcard characters at pos 2"},
    {R"({"source":[{"wildcard":"a\\b"}]})", "Invalid escape character at pos 2"},
    {R"({"source":[{"prefix":"a","suffix":"b"}]})", "Only one key allowed in match expression"},
    {R"({"source":[{"exists":"yes"}]})", "exists match pattern must be either true or false."},
    {R"({"source":[{"numeric":5}]})", "Value of numeric must be an array."},
    {R"({"source":[{"numeric":["~",5]}]})", "Unrecognized numeric range operator: ~"},
    {R"({"source":[{"numeric":[5]}]})", "Invalid member in numeric match: 5"},
    {R"({"source":[{"numeric":["=","x"]}]})", "Value of equals must be numeric"},
    {R"({"source":[{"numeric":[">"]}]})", "Value of > must be numeric"},
    {R"({"source":[{"numeric":["<",5,">",1]}]})", "Too many elements in numeric expression"},
    {R"({"source":[{"numeric":[">",5,">",1]}]})", "Bad numeric range operator: >"},
    {R"({"source":[{"numeric":[">",5,"<",1]}]})", "Bottom must be less than top"},
    {R"({"source":[{"numeric":[">",5,"<",7,8]}]})", "Too many terms in numeric range expression"},
    {R"({"source":[{"numeric":[">",5e10]}]})", "Value must be between -5.0E9 and 5.0E9, inclusive"},
    {R"({"source":[{"cidr":"10.0.0.0"}]})", "Malformed CIDR, one '/' required"},
    {R"({"source":[{"cidr":"ten/8"}]})", "Nonstandard IP address: ten"},
    {R"({"source":[{"anything-but":null}]})", "Value of anything-but must be an array or single string/number value."},
    {R"({"source":[{"anything-but":["a",1]}]})",
     "Inside anything but list, either all values are number or string, mixed type is not supported"},
    {R"({"source":[{"anything-but":[true]}]})", "Inside anything but list, start|null|boolean is not supported."},
    {R"({"source":[{"anything-but":{"numeric":["=",1]}}]})", "Unsupported anything-but pattern: numeric"},
    {R"({"source":[{"anything-but":{"prefix":""}}]})", "Null prefix/suffix not allowed"},
    {R"({"source":[{"anything-but":{"suffix":{"equals-ignore-case":"a"}}}]})",
     "Value of anything-but must be an array or single string/number value."},
    {R"({"$or":[{"source":["a"]}]})", "There must have at least 2 Objects in $or relationship."},
    {R"({"$or":{"source":["a"]}})", "It must be an Array followed with $or."},
    {R"({"$or":["a","b"]})", "Only JSON object is allowed in array of $or relationship."},
    {R"({"$or":[{"prefix":["a"]},{"x":["b"]}]})",
     "prefix is Ruler reserved fieldName which cannot be used inside $or."},
};

// Three groups of ten alternatives are a thousand combinations; one group more of two is too much.
TEST(EventPattern, CombinationsOfAlternativesAreLimited) {
  const auto group = [](const std::string& name, int count) {
    std::string out = "\"$or\":[";
    for (int i = 0; i < count; ++i) out += (i > 0 ? ",{\"" : "{\"") + name + "\":[" + std::to_string(i) + "]}";
    return out + "]";
  };
  const std::string thousand =
      "\"a\":{" + group("x", 10) + "},\"b\":{" + group("x", 10) + "},\"c\":{" + group("x", 10) + "}";
  EXPECT_TRUE(parse_pattern("{" + thousand + "}").ok());
  const auto refused = parse_pattern("{" + thousand + ",\"d\":{" + group("x", 2) + "}}");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, "InvalidEventPatternException");
}

TEST(EventPattern, Refused) {
  for (const Refusal& one : kRefused) {
    const auto pattern = parse_pattern(one.pattern);
    ASSERT_FALSE(pattern.ok()) << one.pattern;
    EXPECT_EQ(pattern.error().code, "InvalidEventPatternException");
    EXPECT_EQ(pattern.error().message, std::string("Event pattern is not valid. Reason: ") + one.reason) << one.pattern;
  }
  for (const char* text : {"", "{", "not json", R"({"source":["a"]} x)"}) {
    const auto pattern = parse_pattern(text);
    ASSERT_FALSE(pattern.ok()) << text;
    EXPECT_TRUE(pattern.error().message.starts_with("Event pattern is not valid. Reason: ")) << text;
  }
}

}  // namespace
}  // namespace orrery::pattern
