#include "services/queue_letter.h"

#include "base/arn.h"

namespace orrery {

Result<> send_letter(Dispatcher& dispatcher, Transaction& tx, Caller caller, const QueueLetter& letter) {
  const auto arn = Arn::parse(letter.queue_arn);
  if (!arn || arn->service != "sqs") {
    return fail(api_error("InvalidAddress", "The address " + letter.queue_arn + " is not valid for this endpoint."));
  }
  caller.region = arn->region;
  json::object input{{"QueueUrl", "http://sqs." + arn->region + ".localhost/" + arn->account + "/" + arn->resource},
                     {"MessageBody", letter.body}};
  if (!letter.group.empty()) input["MessageGroupId"] = letter.group;
  json::object attributes;
  for (const auto& [name, value] : letter.attributes) {
    if (!value.empty()) attributes[name] = json::object{{"DataType", "String"}, {"StringValue", value}};
  }
  if (!attributes.empty()) input["MessageAttributes"] = std::move(attributes);
  TRY(dispatcher.dispatch(tx, caller, "sqs", "SendMessage", input));
  return {};
}

}  // namespace orrery
