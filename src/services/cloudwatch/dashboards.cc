// PutDashboard, GetDashboard, ListDashboards, DeleteDashboards. Bodies are kept as they came
// (docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html). "All dashboards
// in your account are global, not region-specific" (PutDashboard).
#include "base/arn.h"
#include "services/cloudwatch/operations.h"
#include "services/paging.h"
#include "services/record.h"
#include "services/tags.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::cloudwatch {
namespace {

constexpr std::size_t kPage = 1000;
constexpr std::size_t kMostWidgets = 500;
constexpr std::size_t kMostName = 255;

// The second part is the region, of which a dashboard has none.
std::string prefix_of(const Call& call) { return KeyWriter(KeyKind::Dashboard).text(call.account).text("").take(); }
std::string key_of(const Call& call, std::string_view name) {
  return KeyWriter(KeyKind::Dashboard).text(call.account).text("").text(name).take();
}

Error absent(const std::string& name) {
  return api_error("DashboardNotFoundError", "Dashboard " + name + " does not exist", 404);
}

Error bad_input(std::string message) { return errors::DashboardInvalidInputError(std::move(message)); }

Result<> check_name(const std::string& name) {
  if (name.empty()) return fail(bad_input("The field DashboardName must not be blank."));
  const bool good =
      name.size() <= kMostName && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      });
  if (good) return {};
  return fail(bad_input("The value " + name +
                        " for field DashboardName contains invalid characters. It can only contain alphanumerics, dash "
                        "(-) and underscore (_)."));
}

json::object problem(std::string path, std::string message) {
  return {{"DataPath", std::move(path)}, {"Message", std::move(message)}};
}

void check_widget(const json::value& widget, const std::string& path, json::array& problems) {
  static constexpr std::string_view kTypes[] = {"alarm", "custom", "explorer", "log", "metric", "text"};
  if (!widget.is_object()) {
    problems.push_back(problem(path, "Should be object"));
    return;
  }
  const auto type = find_string(widget, "type");
  if (!type) {
    problems.push_back(problem(path, "Should have required property 'type'"));
  } else if (std::ranges::find(kTypes, *type) == std::end(kTypes)) {
    problems.push_back(problem(path + "/type", "Should be equal to one of the allowed values"));
  }
  const json::value* properties = find(widget, "properties");
  if (properties == nullptr) {
    problems.push_back(problem(path, "Should have required property 'properties'"));
  } else if (!properties->is_object()) {
    problems.push_back(problem(path + "/properties", "Should be object"));
  } else if (type == "text" && !find_string(*properties, "markdown")) {
    problems.push_back(problem(path + "/properties", "Should have required property 'markdown'"));
  } else if (type == "metric" && find(*properties, "metrics") == nullptr &&
             find(*properties, "annotations") == nullptr) {
    problems.push_back(problem(path + "/properties", "Should have required property 'metrics'"));
  }
}

json::array problems_of(const std::string& body) {
  json::array problems;
  const auto document = parse_json(body);
  if (!document || !document->is_object()) {
    problems.push_back(problem("", "The field DashboardBody must be a valid JSON object"));
    return problems;
  }
  const json::value* widgets = find(*document, "widgets");
  if (widgets == nullptr) {
    problems.push_back(problem("", "Should have required property 'widgets'"));
  } else if (!widgets->is_array()) {
    problems.push_back(problem("/widgets", "Should be array"));
  } else if (widgets->get_array().size() > kMostWidgets) {
    problems.push_back(problem("/widgets", "Should NOT have more than 500 items"));
  } else {
    for (std::size_t i = 0; i < widgets->get_array().size(); ++i) {
      check_widget(widgets->get_array()[i], "/widgets/" + std::to_string(i), problems);
    }
  }
  return problems;
}

Result<> tag_dashboard(Transaction& tx, const std::string& arn, const std::optional<std::vector<Tag>>& tags) {
  if (TRY(tag_new(tx, arn, tags)) > kMaxTags) {
    return fail(bad_input("The maximum number of tags for a dashboard is 50."));
  }
  return {};
}

}  // namespace

std::string dashboard_arn(const Call& call, const std::string& name) {
  return make_arn("cloudwatch", "", call.account, "dashboard/" + name);
}

Result<bool> dashboard_exists(Reader& reader, const Call& call, std::string_view name) {
  return TRY(reader.get(key_of(call, name))).has_value();
}

Result<PutDashboardOutput> put_dashboard(Call& call, Transaction& tx, const PutDashboardInput& input) {
  TRY(check_name(input.DashboardName));
  const json::array problems = problems_of(input.DashboardBody);
  if (!problems.empty()) {
    const std::string list = to_text(problems);
    Error error = bad_input("The dashboard body is invalid, there are " + std::to_string(problems.size()) +
                            " validation errors: " + list);
    error.with("dashboardValidationMessages", list);
    return fail(std::move(error));
  }
  const std::string key = key_of(call, input.DashboardName);
  // "You can use this parameter only when creating a new dashboard. If you specify Tags when updating an existing
  // dashboard, the tag updates are ignored."
  if (!TRY(tx.get(key))) TRY(tag_dashboard(tx, dashboard_arn(call, input.DashboardName), input.Tags));
  TRY(put_record(tx, key, json::object{{"body", input.DashboardBody}, {"modified_ms", epoch_ms(call.now)}}));
  PutDashboardOutput output;
  output.DashboardValidationMessages.emplace();
  return output;
}

Result<GetDashboardOutput> get_dashboard(Call& call, Reader& reader, const GetDashboardInput& input) {
  TRY(check_name(input.DashboardName));
  const auto record = TRY(get_record(reader, key_of(call, input.DashboardName)));
  if (!record) return fail(absent(input.DashboardName));
  GetDashboardOutput output;
  output.DashboardName = input.DashboardName;
  output.DashboardArn = dashboard_arn(call, input.DashboardName);
  output.DashboardBody = find_string(*record, "body").value_or("");
  return output;
}

Result<ListDashboardsOutput> list_dashboards(Call& call, Reader& reader, const ListDashboardsInput& input) {
  ListDashboardsOutput output;
  auto& entries = output.DashboardEntries.emplace();
  KeyRange range = prefix_range(prefix_of(call));
  if (const std::string start = TRY(page_start(input.NextToken)); !start.empty()) range.begin = start;
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    KeyReader key(cursor->key());
    key.text();
    key.text();
    std::string name = key.text();
    if (input.DashboardNamePrefix && !name.starts_with(*input.DashboardNamePrefix)) continue;
    if (entries.size() == kPage) {
      output.NextToken = page_token(cursor->key());
      break;
    }
    const json::value record = TRY(decode_record(cursor->value()));
    DashboardEntry& entry = entries.emplace_back();
    entry.DashboardArn = dashboard_arn(call, name);
    entry.DashboardName = std::move(name);
    entry.LastModified = instant_from_ms(find_int(record, "modified_ms").value_or(0));
    entry.Size = static_cast<std::int64_t>(find_string(record, "body").value_or("").size());
  }
  TRY(cursor->status());
  return output;
}

Result<DeleteDashboardsOutput> delete_dashboards(Call& call, Transaction& tx, const DeleteDashboardsInput& input) {
  for (const std::string& name : input.DashboardNames) {
    if (!TRY(tx.get(key_of(call, name)))) return fail(absent(name));
  }
  for (const std::string& name : input.DashboardNames) {
    TRY(tx.erase(key_of(call, name)));
    TRY(erase_tags(tx, dashboard_arn(call, name)));
  }
  return DeleteDashboardsOutput{};
}

}  // namespace orrery::cloudwatch
