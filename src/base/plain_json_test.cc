#include "base/plain_json.h"

#include <gtest/gtest.h>

namespace orrery {
namespace {

TEST(PlainJson, NumbersLookAsPeopleWriteThem) {
  EXPECT_EQ(
      plain_json(*parse_json(R"({"a": 372.214, "b": [1.0, 2, -0.5, {}, []], "c\"": "é\n", "d": null, "e": 1e30})")),
      R"({"a":372.214,"b":[1.0,2,-0.5,{},[]],"c\"":"é\n","d":null,"e":1e+30})");
  EXPECT_EQ(plain_json(json::object()), "{}");
}

}  // namespace
}  // namespace orrery
