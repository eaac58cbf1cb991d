// GetAccountSettings: limits, and what of them is used, of one account in one region
// (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
#include "functions/zip.h"
#include "services/lambda/concurrency/concurrency.h"
#include "services/lambda/layers/layers.h"
#include "services/lambda/operations.h"
#include "store/key.h"

namespace orrery::lambda {
namespace {

constexpr std::int64_t kTotalCodeBytes = std::int64_t{75} * 1024 * 1024 * 1024;
constexpr std::int64_t kZippedBytes = std::int64_t{50} * 1024 * 1024;

struct Used {
  std::int64_t functions = 0;
  std::int64_t bytes = 0;
};

Result<Used> code_of(Reader& reader, KeyKind kind, const Call& call) {
  Used used;
  const auto cursor = reader.scan(prefix_range(KeyWriter(kind).text(call.account).text(call.region).view()));
  while (cursor->next()) {
    ++used.functions;
    used.bytes += TRY(decode_function(cursor->value())).configuration.CodeSize.value_or(0);
  }
  TRY(cursor->status());
  return used;
}

}  // namespace

Result<GetAccountSettingsResponse> get_account_settings(Call& call, Reader& reader, const GetAccountSettingsRequest&) {
  const Used functions = TRY(code_of(reader, KeyKind::Function, call));
  const Used versions = TRY(code_of(reader, KeyKind::FunctionVersion, call));
  const ConcurrencyLedger ledger = TRY(get_ledger(reader, call.account, call.region));
  GetAccountSettingsResponse output;
  output.AccountLimit.emplace();
  output.AccountLimit->TotalCodeSize = kTotalCodeBytes;
  output.AccountLimit->CodeSizeUnzipped = functions::kMaxUnzippedBytes;
  output.AccountLimit->CodeSizeZipped = kZippedBytes;
  output.AccountLimit->ConcurrentExecutions = kAccountConcurrency;
  output.AccountLimit->UnreservedConcurrentExecutions = ledger.unreserved();
  output.AccountUsage.emplace();
  output.AccountUsage->TotalCodeSize =
      functions.bytes + versions.bytes + TRY(layer_bytes(reader, call.account, call.region));
  output.AccountUsage->FunctionCount = functions.functions;
  return output;
}

}  // namespace orrery::lambda
