#include "services/sns/delivery/documents.h"

#include "base/encode.h"

namespace orrery::sns {
namespace {

std::string base_of(const Sns& sns, const Parcel& parcel) {
  return parcel.subscription.url.empty() ? sns.endpoint : parcel.subscription.url;
}
std::string subscribe_url(const Sns& sns, const Parcel& parcel) {
  return base_of(sns, parcel) + "/?Action=ConfirmSubscription&TopicArn=" + parcel.subscription.topic.arn() +
         "&Token=" + parcel.token;
}
std::string unsubscribe_url(const Sns& sns, const Parcel& parcel) {
  return base_of(sns, parcel) + "/?Action=Unsubscribe&SubscriptionArn=" + parcel.subscription.arn();
}

// One document, member by member, as AWS lays it out.
class Document {
 public:
  void add(std::string_view name, std::string_view value) { add_json(name, json::serialize(json::string(value))); }
  void add_json(std::string_view name, std::string_view value) {
    text_.append(text_.empty() ? "{\n  \"" : ",\n  \"").append(name).append("\" : ").append(value);
  }
  std::string take() && { return std::move(text_) + "\n}"; }

 private:
  std::string text_;
};

std::string value_of(const MessageAttributeValue& attribute) {
  return attribute.BinaryValue ? base64(*attribute.BinaryValue) : attribute.StringValue.value_or("");
}

json::object attributes_of(const Published& published) {
  json::object out;
  for (const auto& [name, attribute] : published.attributes) {
    out[name] = json::object{{"Type", attribute.DataType}, {"Value", value_of(attribute)}};
  }
  return out;
}

std::string attributes_text(const Published& published) {
  std::string text = "{";
  for (const auto& [name, value] : attributes_of(published)) {
    text.append(text.size() == 1 ? "\n    " : ",\n    ").append(json::serialize(json::string(name)));
    text.append(" : ").append(to_text(value));
  }
  return text + "\n  }";
}

// "name\nvalue\n" of each member, in the order of their names
// (docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html).
Result<std::string> signature_of(Sns& sns, const Parcel& parcel, const std::string& message, SignatureVersion version) {
  std::string text;
  const auto add = [&](std::string_view name, std::string_view value) {
    text.append(name).append("\n").append(value).append("\n");
  };
  const bool confirms = parcel.type != MessageType::Notification;
  add("Message", message);
  add("MessageId", parcel.published.id);
  if (confirms) add("SubscribeURL", subscribe_url(sns, parcel));
  if (!confirms && parcel.published.subject) add("Subject", *parcel.published.subject);
  add("Timestamp", iso8601_millis(parcel.published.at));
  if (confirms) add("Token", parcel.token);
  add("TopicArn", parcel.subscription.topic.arn());
  add("Type", name_of(parcel.type));
  return sns.signatures.sign(text, version);
}

std::string version_text(SignatureVersion version) { return version == SignatureVersion::Sha1 ? "1" : "2"; }

Result<std::string> certificate_url(Sns& sns, const Parcel& parcel) {
  return base_of(sns, parcel) + TRY(sns.signatures.certificate_path());
}

}  // namespace

Result<std::string> document_of(Sns& sns, const Parcel& parcel, SignatureVersion version) {
  const std::string& protocol = parcel.subscription.protocol;
  const bool confirms = parcel.type != MessageType::Notification;
  const bool fifo = parcel.subscription.topic.fifo();
  const std::string message = parcel.published.text_for(protocol);
  Document document;
  document.add("Type", name_of(parcel.type));
  document.add("MessageId", parcel.published.id);
  if (!parcel.published.sequence.empty()) document.add("SequenceNumber", parcel.published.sequence);
  if (confirms) document.add("Token", parcel.token);
  document.add("TopicArn", parcel.subscription.topic.arn());
  if (parcel.published.subject) document.add("Subject", *parcel.published.subject);
  document.add("Message", message);
  if (confirms) document.add("SubscribeURL", subscribe_url(sns, parcel));
  document.add("Timestamp", iso8601_millis(parcel.published.at));
  if (confirms || (!fifo && protocol != "firehose")) {
    document.add("SignatureVersion", version_text(version));
    document.add("Signature", TRY(signature_of(sns, parcel, message, version)));
    document.add("SigningCertURL", TRY(certificate_url(sns, parcel)));
  }
  if (!confirms) document.add("UnsubscribeURL", unsubscribe_url(sns, parcel));
  if (!parcel.published.attributes.empty()) {
    document.add_json("MessageAttributes", attributes_text(parcel.published));
  }
  return std::move(document).take();
}

Result<std::string> function_event(Sns& sns, const Parcel& parcel, SignatureVersion version) {
  const std::string message = parcel.published.text_for("lambda");
  json::object body{{"Type", name_of(parcel.type)}, {"MessageId", parcel.published.id}};
  if (parcel.type != MessageType::Notification) {
    body["Token"] = parcel.token;
    body["SubscribeUrl"] = subscribe_url(sns, parcel);
  }
  body["TopicArn"] = parcel.subscription.topic.arn();
  body["Subject"] = parcel.published.subject ? json::value(*parcel.published.subject) : json::value();
  body["Message"] = message;
  body["Timestamp"] = iso8601_millis(parcel.published.at);
  body["SignatureVersion"] = version_text(version);
  body["Signature"] = TRY(signature_of(sns, parcel, message, version));
  body["SigningCertUrl"] = TRY(certificate_url(sns, parcel));
  body["UnsubscribeUrl"] = unsubscribe_url(sns, parcel);
  body["MessageAttributes"] = attributes_of(parcel.published);
  const json::object record{{"EventSource", "aws:sns"},
                            {"EventVersion", "1.0"},
                            {"EventSubscriptionArn", parcel.subscription.arn()},
                            {"Sns", std::move(body)}};
  return to_text(json::object{{"Records", json::array{record}}});
}

std::string invitation(const TopicName& topic) {
  return "You have chosen to subscribe to the topic " + topic.arn() +
         ".\nTo confirm the subscription, visit the SubscribeURL included in this message.";
}

std::string farewell(const SubscriptionRecord& subscription) {
  return "You have chosen to deactivate subscription " + subscription.arn() +
         ".\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.";
}

}  // namespace orrery::sns
