#include "services/firehose/delivery/transform.h"

#include "base/arn.h"
#include "base/encode.h"

#include <charconv>
#include <map>

namespace orrery::firehose {
namespace {

std::optional<std::string> parameter(const Processor& processor, std::string_view name) {
  if (!processor.Parameters) return std::nullopt;
  for (const ProcessorParameter& one : *processor.Parameters) {
    if (one.ParameterName == name) return one.ParameterValue;
  }
  return std::nullopt;
}

std::optional<double> number(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  double value = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
  if (read.ec != std::errc() || read.ptr != text->data() + text->size()) return std::nullopt;
  return value;
}

Result<> check_number(const Processor& processor, std::string_view name, double least, double most) {
  const auto given = parameter(processor, name);
  if (!given) return {};
  const auto value = number(given);
  if (value && *value >= least && *value <= most) return {};
  return fail(invalid("The value of the processor's parameter " + std::string(name) + " is not valid: " + *given));
}

Result<> check_lambda(const Processor& processor) {
  const auto function = parameter(processor, ProcessorParameterName::LambdaArn);
  const auto arn = Arn::parse(function.value_or(""));
  if (!arn || arn->service != "lambda" || !arn->resource.starts_with("function:")) {
    return fail(
        invalid("The parameter LambdaArn of the processor is not the ARN of a function: " + function.value_or("")));
  }
  TRY(check_number(processor, ProcessorParameterName::NumberOfRetries, 0, 300));
  TRY(check_number(processor, ProcessorParameterName::BufferSizeInMBs, 0.2, 3));
  return check_number(processor, ProcessorParameterName::BufferIntervalInSeconds, 0, 900);
}

// "\n" is written as a backslash and a letter.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == 'n' || text[i + 1] == 't')) {
      out += text[++i] == 'n' ? '\n' : '\t';
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

Result<> check_processing(const std::optional<ProcessingConfiguration>& configuration) {
  if (!configuration || !configuration->Enabled.value_or(false) || !configuration->Processors) return {};
  for (const Processor& processor : *configuration->Processors) {
    if (processor.Type == ProcessorType::Lambda) {
      TRY(check_lambda(processor));
    } else if (processor.Type != ProcessorType::AppendDelimiterToRecord) {
      return fail(not_there("a processor of type " + processor.Type));
    }
  }
  return {};
}

Processing processing_of(const ExtendedS3DestinationDescription& destination) {
  Processing out;
  const auto& configuration = destination.ProcessingConfiguration;
  if (!configuration || !configuration->Enabled.value_or(false) || !configuration->Processors) return out;
  for (const Processor& processor : *configuration->Processors) {
    if (processor.Type == ProcessorType::AppendDelimiterToRecord) {
      out.delimiter = unescaped(parameter(processor, ProcessorParameterName::Delimiter).value_or("\\n"));
      continue;
    }
    out.function_arn = parameter(processor, ProcessorParameterName::LambdaArn).value_or("");
    out.retries = static_cast<int>(number(parameter(processor, ProcessorParameterName::NumberOfRetries)).value_or(3));
    const double size = number(parameter(processor, ProcessorParameterName::BufferSizeInMBs)).value_or(1);
    out.most_bytes = static_cast<std::size_t>(size * 1024 * 1024);
  }
  return out;
}

std::string transformation_event(const StreamRow& stream, const std::string& invocation_id,
                                 std::span<const Waiting> records) {
  json::array list;
  for (const Waiting& record : records) {
    list.push_back(json::object{{"recordId", record_id(stream, record.place)},
                                {"approximateArrivalTimestamp", epoch_ms(record.at)},
                                {"data", base64(record.data)}});
  }
  json::object event{{"invocationId", invocation_id},
                     {"deliveryStreamArn", stream.name.arn()},
                     {"region", stream.name.region},
                     {"records", std::move(list)}};
  if (stream.source) event["sourceKinesisStreamArn"] = stream.source->KinesisStreamARN.value_or("");
  return json::serialize(event);
}

// docs.aws.amazon.com/firehose/latest/dev/data-transformation-status-model.html
Transformed read_transformation(const std::string& answer, const StreamRow& stream, std::span<const Waiting> records,
                                const std::string& delimiter) {
  Transformed out;
  const auto document = parse_json(answer);
  const json::value* list = document ? find(*document, "records") : nullptr;
  std::map<std::string, const json::value*> by_id;
  if (list != nullptr && list->is_array()) {
    for (const json::value& one : list->get_array()) by_id[text_of(one, "recordId")] = &one;
  }
  const auto give_up = [&](std::size_t i, std::string code, std::string message) {
    out.failed.push_back(i);
    out.error_code = std::move(code);
    out.error_message = std::move(message);
  };
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto found = by_id.find(record_id(stream, records[i].place));
    if (found == by_id.end()) {
      give_up(i, "Lambda.MissingRecordId", "One or more record Ids are missing in the function's answer.");
      continue;
    }
    const std::string result = text_of(*found->second, "result");
    const auto data = unbase64(text_of(*found->second, "data"));
    if (result == "Dropped") {
      ++out.dropped;
    } else if (result == "Ok" && data) {
      out.good.append(*data).append(delimiter);
      ++out.good_records;
    } else if (result == "ProcessingFailed") {
      give_up(i, "Lambda.ProcessingFailedStatus", "ProcessingFailed status set for record");
    } else {
      give_up(i, "Lambda.JsonProcessingException",
              "The function's answer has a record whose result or data is not valid.");
    }
  }
  return out;
}

std::string failure_line(const Waiting& record, const Failed& why) {
  return json::serialize(json::object{{"attemptsMade", why.attempts},
                                      {"arrivalTimestamp", epoch_ms(record.at)},
                                      {"errorCode", why.code},
                                      {"errorMessage", why.message},
                                      {"attemptEndingTimestamp", epoch_ms(why.ended)},
                                      {"rawData", base64(record.data)},
                                      {"lambdaArn", why.function_arn}}) +
         "\n";
}

}  // namespace orrery::firehose
