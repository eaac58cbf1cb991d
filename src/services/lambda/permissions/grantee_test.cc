#include "services/lambda/permissions/grantee.h"

#include <gtest/gtest.h>

namespace orrery::lambda {
namespace {

TEST(Grantee, actions_of_functions) {
  for (const char* action : {"*", "lambda:*", "lambda:AddPermission", "lambda:GetPolicy", "lambda:InvokeAsync",
                             "lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "lambda:UpdateFunctionUrlConfig"}) {
    EXPECT_TRUE(is_function_action(action)) << action;
  }
  for (const char* action : {"", "lambda:", "lambda:InvokeFunctions", "lambda:CreateEventSourceMapping", "s3:GetObject",
                             "lambda:GetLayerVersion", "InvokeFunction"}) {
    EXPECT_FALSE(is_function_action(action)) << action;
  }
}

}  // namespace
}  // namespace orrery::lambda
