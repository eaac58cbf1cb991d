#include "services/dynamodb/backups/ion.h"

#include "item/codec.h"

#include <gtest/gtest.h>

namespace orrery::dynamodb {
namespace {

std::string ion(std::string_view json) {
  std::string out;
  append_ion(item::item_from_json(json)->view(), out);
  return out;
}

TEST(Ion, EveryType) {
  EXPECT_EQ(ion(R"({"a": {"S": "x\"y\n"}, "n": {"N": "103"}, "f": {"N": "-1.50"}, "b": {"B": "AAE="}})"),
            R"({a:"x\"y\n",b:{{AAE=}},f:-1.5,n:103.})");
  EXPECT_EQ(
      ion(R"({"t": {"BOOL": true}, "z": {"NULL": true}, "m": {"M": {"k": {"S": ""}}}, "l": {"L": [{"N": "1"}]}})"),
      R"({l:[1.],m:{k:""},t:true,z:null})");
  EXPECT_EQ(ion(R"({"s": {"SS": ["b", "a"]}, "n": {"NS": ["2", "1.5"]}, "b": {"BS": ["AAE="]}})"),
            R"({b:$dynamodb_BS::[{{AAE=}}],n:$dynamodb_NS::[1.5,2.],s:$dynamodb_SS::["a","b"]})");
}

TEST(Ion, Names) {
  EXPECT_EQ(
      ion(R"({"first name": {"N": "1"}, "null": {"N": "1"}, "9": {"N": "1"}, "$1": {"N": "1"}, "it's": {"N": "1"}})"),
      R"({'$1':1.,'9':1.,'first name':1.,'it\'s':1.,'null':1.})");
}

}  // namespace
}  // namespace orrery::dynamodb
