// The functions behind the rows of Insights queries.
#pragma once

#include "services/logs/logs.h"
#include "services/logs/records.h"
#include "shapes/logs.h"

namespace orrery::logs {

// queries.cc
Result<StartQueryResponse> start_query(Logs& logs, Call& call, Transaction& tx, const StartQueryRequest& input);
Result<GetQueryResultsResponse> get_query_results(Logs& logs, Call& call, Reader& reader,
                                                  const GetQueryResultsRequest& input);
Result<StopQueryResponse> stop_query(Logs& logs, Call& call, Transaction& tx, const StopQueryRequest& input);
Result<DescribeQueriesResponse> describe_queries(Logs& logs, Call& call, Reader& reader,
                                                 const DescribeQueriesRequest& input);

// definitions.cc
Result<PutQueryDefinitionResponse> put_query_definition(Call& call, Transaction& tx,
                                                        const PutQueryDefinitionRequest& input);
Result<DescribeQueryDefinitionsResponse> describe_query_definitions(Call& call, Reader& reader,
                                                                    const DescribeQueryDefinitionsRequest& input);
Result<DeleteQueryDefinitionResponse> delete_query_definition(Call& call, Transaction& tx,
                                                              const DeleteQueryDefinitionRequest& input);

// fields.cc
Result<GetLogRecordResponse> get_log_record(Call& call, Reader& reader, const GetLogRecordRequest& input);
Result<GetLogGroupFieldsResponse> get_log_group_fields(Call& call, Reader& reader,
                                                       const GetLogGroupFieldsRequest& input);

// The names of the groups that StartQuery is about, of whichever of its members.
std::vector<std::string> groups_of_query(const StartQueryRequest& input);

}  // namespace orrery::logs
