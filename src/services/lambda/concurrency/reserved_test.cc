#include "services/lambda/concurrency/concurrency.h"

#include <gtest/gtest.h>

namespace orrery::lambda {
namespace {

TEST(ConcurrencyLedger, WhatIsProvisionedIsAPartOfWhatIsReserved) {
  ConcurrencyLedger ledger;
  EXPECT_EQ(ledger.unreserved(), 1000);
  ledger.provisioned["a"] = {{"1", 10}, {"live", 5}};
  EXPECT_EQ(ledger.provisioned_of("a"), 15);
  EXPECT_EQ(ledger.unreserved(), 985);
  ledger.reserved["a"] = 100;
  EXPECT_EQ(ledger.unreserved(), 900);
  ledger.reserved["b"] = 1;
  EXPECT_EQ(ledger.unreserved(), 899);
  EXPECT_EQ(ledger.provisioned_of("b"), 0);
}

}  // namespace
}  // namespace orrery::lambda
