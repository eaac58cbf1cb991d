// The quotas of an account as DescribeLimits tells them: the defaults of the service
// (docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html).
#pragma once

#include <cstdint>

namespace orrery::dynamodb {

inline constexpr std::int64_t kAccountMaxUnits = 80'000;
inline constexpr std::int64_t kTableMaxUnits = 40'000;
// What a table or index on demand can do from the start, and is said to be warm for.
inline constexpr std::int64_t kInitialReadUnits = 12'000;
inline constexpr std::int64_t kInitialWriteUnits = 4'000;

}  // namespace orrery::dynamodb
