#include "functions/interpreters.h"

#include "functions/testing/scratch.h"

#include <gmock/gmock.h>

namespace orrery::functions {
namespace {

TEST(Interpreters, FindsProgramsOnly) {
  const Scratch scratch;
  const std::string elf =
      "\x7f"
      "ELF";
  scratch.write("opt/py/bin/python3.13", elf, true);
  scratch.write("shims/python3.12", "#!/bin/sh\n", true);
  scratch.write("shims/python3.11-config", elf, true);
  scratch.write("shims/python3", elf, true);
  std::filesystem::create_symlink(scratch.path() + "/opt/py/bin/python3.13", scratch.path() + "/shims/python3.13");
  const std::string directories[] = {scratch.path() + "/absent", scratch.path() + "/shims"};
  const auto found = find_interpreters(directories);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].runtime, "python3.13");
  EXPECT_EQ(found[0].version, "3.13");
  EXPECT_EQ(found[0].prefix, std::filesystem::canonical(scratch.path()).string() + "/opt/py");
}

TEST(Interpreters, ChoosesTheExactThenTheNextNewerThenTheNewest) {
  const std::vector<Interpreter> have = {
      {"python3.13", "/c", "", "3.13"}, {"python3.11", "/b", "", "3.11"}, {"python3.9", "/a", "", "3.9"}};
  EXPECT_EQ(choose_interpreter(have, "python3.11")->path, "/b");
  EXPECT_EQ(choose_interpreter(have, "python3.12")->path, "/c");
  EXPECT_EQ(choose_interpreter(have, "python3.10")->path, "/b");
  EXPECT_EQ(choose_interpreter(have, "python3.14")->path, "/c");
  EXPECT_EQ(choose_interpreter(have, "nodejs22.x"), nullptr);
  EXPECT_EQ(choose_interpreter({}, "python3.12"), nullptr);
}

}  // namespace
}  // namespace orrery::functions
