// The functions behind the rows of firehose.cc, and what they share.
#pragma once

#include "services/call.h"
#include "services/firehose/firehose.h"
#include "services/firehose/streams/stream.h"

namespace orrery::firehose {

// --- streams
Result<CreateDeliveryStreamOutput> create_stream(Firehose& firehose, Call& call, Transaction& tx,
                                                 const CreateDeliveryStreamInput& input);
Result<DeleteDeliveryStreamOutput> delete_stream(Firehose& firehose, Call& call, Transaction& tx,
                                                 const DeleteDeliveryStreamInput& input);
Result<DescribeDeliveryStreamOutput> describe_stream(Call& call, Reader& reader,
                                                     const DescribeDeliveryStreamInput& input);
Result<ListDeliveryStreamsOutput> list_streams(Call& call, Reader& reader, const ListDeliveryStreamsInput& input);
Result<UpdateDestinationOutput> update_destination(Firehose& firehose, Call& call, Transaction& tx,
                                                   const UpdateDestinationInput& input);
Result<StartDeliveryStreamEncryptionOutput> start_encryption(Call& call, Transaction& tx,
                                                             const StartDeliveryStreamEncryptionInput& input);
Result<StopDeliveryStreamEncryptionOutput> stop_encryption(Call& call, Transaction& tx,
                                                           const StopDeliveryStreamEncryptionInput& input);
Result<TagDeliveryStreamOutput> tag_stream(Call& call, Transaction& tx, const TagDeliveryStreamInput& input);
Result<UntagDeliveryStreamOutput> untag_stream(Call& call, Transaction& tx, const UntagDeliveryStreamInput& input);
Result<ListTagsForDeliveryStreamOutput> list_tags(Call& call, Reader& reader,
                                                  const ListTagsForDeliveryStreamInput& input);

// --- records
Result<PutRecordOutput> put_record(Firehose& firehose, Call& call, Transaction& tx, const PutRecordInput& input);
Result<PutRecordBatchOutput> put_record_batch(Firehose& firehose, Call& call, Transaction& tx,
                                              const PutRecordBatchInput& input);

// --- shared
Error invalid(std::string message);  // InvalidArgumentException
// 501: "Orrery does not implement firehose:CreateDeliveryStream with …."
Error not_there(std::string_view what);

// configuring.cc: what a request says of a destination, as it is described. Errors: InvalidArgumentException,
// NotImplemented.
Result<ExtendedS3DestinationDescription> described(const CreateDeliveryStreamInput& input);
Result<> apply_update(const UpdateDestinationInput& input, ExtendedS3DestinationDescription& destination);
// A role that Firehose may assume. Error: InvalidArgumentException.
Result<> check_role(Firehose& firehose, const Call& call, Transaction& tx, const StreamName& stream,
                    const std::string& role_arn);
S3DestinationDescription plain(const ExtendedS3DestinationDescription& destination);

// What its role is as a caller of other services. Error: AccessDenied.
Result<Caller> as_role(Firehose& firehose, Transaction& tx, const StreamName& stream, const std::string& role_arn);

}  // namespace orrery::firehose
