#include "services/sqs/shelf/shelf.h"

#include <gtest/gtest.h>

namespace orrery::sqs {
namespace {

const Instant kNow = instant_from_ms(1'000'000);

class Shelved : public testing::Test {
 protected:
  std::shared_ptr<Shelf> make(bool fifo) {
    queue.fifo = fifo;
    queue.retention_s = 60;
    return std::make_shared<Shelf>(1, "arn", fifo, wakes);
  }
  static void come(Shelf& shelf, MessageNumber number, std::string group = {}, Millis delay = Millis(0)) {
    shelf.add({number, kNow, std::move(group)}, kNow + delay, kNow);
  }
  std::vector<MessageNumber> take(Shelf& shelf, std::size_t most = 10, Instant now = kNow) {
    claim = shelf.claim(most, queue, now);
    std::vector<MessageNumber> out;
    if (claim == nullptr) return out;
    for (const Slot& slot : claim->slots()) out.push_back(slot.number);
    return out;
  }
  void fly(Millis timeout) {
    for (std::size_t i = 0; i < claim->slots().size(); ++i) claim->in_flight(i, kNow + timeout);
    claim.reset();
  }

  Wakes wakes;
  Queue queue;
  std::shared_ptr<Claim> claim;
};

using Numbers = std::vector<MessageNumber>;

TEST_F(Shelved, WhatIsNotSettledGoesBack) {
  const auto shelf = make(false);
  for (MessageNumber i = 1; i <= 3; ++i) come(*shelf, i);
  EXPECT_EQ(take(*shelf, 2), (Numbers{1, 2}));
  claim->gone(0);
  claim.reset();
  EXPECT_EQ(take(*shelf), (Numbers{2, 3}));
}

TEST_F(Shelved, VisibleAgain) {
  const auto shelf = make(false);
  come(*shelf, 1);
  come(*shelf, 2, {}, Millis(500));
  EXPECT_EQ(take(*shelf), Numbers{1});
  fly(Millis(1000));
  EXPECT_EQ(shelf->counts(queue, kNow).in_flight, 1);
  EXPECT_EQ(shelf->counts(queue, kNow).delayed, 1);
  EXPECT_EQ(shelf->next_due(kNow), kNow + Millis(500));
  EXPECT_EQ(take(*shelf, 10, kNow + Millis(999)), Numbers{2});
  claim.reset();
  shelf->change(1, kNow, kNow);
  EXPECT_EQ(take(*shelf, 10), (Numbers{1, 2}));
}

TEST_F(Shelved, OldOnesAreSetAside) {
  const auto shelf = make(false);
  come(*shelf, 1);
  come(*shelf, 2);
  const Instant late = kNow + std::chrono::seconds(60);
  EXPECT_EQ(take(*shelf, 1, late), Numbers{});
  EXPECT_EQ(shelf->see_expired(queue, late, 10), (Numbers{1, 2}));
  shelf->forget_expired({1, 2});
  EXPECT_TRUE(shelf->see_expired(queue, late, 10).empty());
}

TEST_F(Shelved, AGroupIsReceivedInOrder) {
  const auto shelf = make(true);
  come(*shelf, 1, "a");
  come(*shelf, 2, "b");
  come(*shelf, 3, "a");
  EXPECT_EQ(take(*shelf, 1), Numbers{1});
  fly(Millis(1000));
  EXPECT_EQ(take(*shelf), Numbers{2});
  claim.reset();
  shelf->remove(1);
  EXPECT_EQ(take(*shelf), (Numbers{2, 3}));
  fly(Millis(1000));
  EXPECT_EQ(take(*shelf), Numbers{});
  EXPECT_EQ(take(*shelf, 10, kNow + Millis(1000)), (Numbers{2, 3}));
}

// One that has its number but has not committed is not overtaken.
TEST_F(Shelved, NothingPassesATicket) {
  const auto shelf = make(true);
  auto first = shelf->take_ticket(1);
  auto second = shelf->take_ticket(1);
  come(*shelf, second->first(), "a");
  second.reset();
  EXPECT_EQ(take(*shelf), Numbers{});
  come(*shelf, first->first(), "a");
  first.reset();
  EXPECT_EQ(take(*shelf), (Numbers{1, 2}));
}

TEST_F(Shelved, Purged) {
  const auto shelf = make(true);
  for (MessageNumber i = 1; i <= 4; ++i) come(*shelf, i, i % 2 == 0 ? "a" : "b");
  EXPECT_EQ(take(*shelf, 1), Numbers{1});
  fly(Millis(1000));
  shelf->remove_below(4);
  EXPECT_EQ(take(*shelf), Numbers{4});
}

TEST_F(Shelved, AttemptsGoWhenTheirTimeIsOver) {
  const auto shelf = make(true);
  for (int i = 0; i < 3; ++i) shelf->remember_attempt(kNow + Millis(i), std::to_string(i));
  EXPECT_EQ(shelf->take_old_attempts(kNow + Millis(1), 1), std::vector<std::string>{"0"});
  EXPECT_EQ(shelf->take_old_attempts(kNow + Millis(1), 4), std::vector<std::string>{"1"});
  EXPECT_TRUE(shelf->take_old_attempts(kNow + Millis(1), 4).empty());
}

}  // namespace
}  // namespace orrery::sqs
